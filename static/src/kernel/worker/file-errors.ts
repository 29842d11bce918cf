/** Why a mounted file cannot be read. */

/** Its bytes are not what was promised of them, or are not to be had. */
export class DamagedFile extends Error {
  constructor(message: string) {
    super(message);
    this.name = new.target.name;
  }
}

/** Stop was pressed while a read waited for a file that is still on its way. */
export class ReadInterrupted extends Error {
  constructor() {
    super("a read was interrupted");
    this.name = "ReadInterrupted";
  }
}

/** It cannot be had now; perhaps later, when the connection is back. */
export class NotFetched extends DamagedFile {}
