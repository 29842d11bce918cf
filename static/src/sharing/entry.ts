/** All that only a shared notebook needs: loaded by one import, when the first one is opened or made. */
export { joinRoom } from "./join-room.ts";
export { startSharing } from "./shared-notebook.ts";
