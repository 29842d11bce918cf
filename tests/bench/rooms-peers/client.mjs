// One client of a room: it writes marked edits and knows whose marks it is shown.
// Its own document never takes in what others write, so that the load costs little beside the server.
// Its packages are the page's, so that the relay is measured where no other server is installed.
import { createRequire } from "node:module";

const require = createRequire(new URL("../../../static/package.json", import.meta.url));
const decoding = require("lib0/decoding");
const encoding = require("lib0/encoding");
const WebSocket = require("ws");
const Y = require("yjs");

const SYNC = 0;
const AUTHENTICATE = 2;
const [STEP_1, STEP_2, UPDATE] = [0, 1, 2];
const RECEIPT = Buffer.from([0, 2, 2, 0, 0]);
const MARK = /#(\d+)\.(\d+);/g;

export class Client {
  /** `isHocuspocus`: every message begins with the document's name, the first one authenticates. */
  constructor(address, name, number, isHocuspocus) {
    this.number = number;
    this.doc = new Y.Doc();
    this.text = this.doc.getText("text");
    this.sent = 0;
    this.receipts = 0;
    this.onShown = () => {};
    this.onReceipt = () => {};
    this.name = name;
    this.isHocuspocus = isHocuspocus;
    this.socket = new WebSocket(`${address}/${name}`, { perMessageDeflate: false });
    this.socket.binaryType = "nodebuffer";
    this.synced = new Promise((resolve, reject) => {
      this.socket.on("error", reject);
      this.socket.on("close", (code) => reject(new Error(`closed with ${code}`)));
      this.socket.on("message", (frame) => this.receive(frame, resolve));
    });
    this.socket.on("open", () => {
      if (isHocuspocus) {
        this.say(AUTHENTICATE, (encoder) => {
          encoding.writeVarUint(encoder, 0);
          encoding.writeVarString(encoder, "");
          encoding.writeVarString(encoder, "4.7.0");
        });
      }
      this.sync(STEP_1, Y.encodeStateVector(this.doc));
    });
  }

  /**
   * Write a mark that others will be shown, behind the last one, as people type; the number of the edit. In front of
   * all, the marks of clients who never see each other make every codec walk through all that the others wrote.
   */
  edit() {
    const before = Y.encodeStateVector(this.doc);
    this.text.insert(this.text.length, `#${this.number}.${this.sent};`);
    this.sync(UPDATE, Y.encodeStateAsUpdate(this.doc, before));
    return this.sent++;
  }

  write(text) {
    const before = Y.encodeStateVector(this.doc);
    this.text.insert(0, text);
    this.sync(UPDATE, Y.encodeStateAsUpdate(this.doc, before));
  }

  close() {
    this.socket.removeAllListeners("close");
    this.synced.catch(() => {});
    this.socket.terminate();
  }

  receive(frame, resolve) {
    if (frame.equals(RECEIPT)) {
      this.onReceipt(this.receipts++);
      return;
    }
    const decoder = decoding.createDecoder(frame);
    if (this.isHocuspocus) decoding.readVarString(decoder);
    if (decoding.readVarUint(decoder) !== SYNC) return;
    const step = decoding.readVarUint(decoder);
    if (step === STEP_1) {
      this.sync(STEP_2, Y.encodeStateAsUpdate(this.doc, decoding.readVarUint8Array(decoder)));
    } else if (step === STEP_2) {
      resolve(frame.length);
    } else {
      for (const [, author, edit] of frame.toString("latin1").matchAll(MARK)) {
        if (Number(author) !== this.number) this.onShown(Number(author), Number(edit));
      }
    }
  }

  sync(step, content) {
    this.say(SYNC, (encoder) => {
      encoding.writeVarUint(encoder, step);
      encoding.writeVarUint8Array(encoder, content);
    });
  }

  say(kind, write) {
    const encoder = encoding.createEncoder();
    if (this.isHocuspocus) encoding.writeVarString(encoder, this.name);
    encoding.writeVarUint(encoder, kind);
    write(encoder);
    this.socket.send(encoding.toUint8Array(encoder));
  }
}
