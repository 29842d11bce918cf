/** All that only SQL cells and the schema browser need: loaded by one import, when the first of them is wanted. */
export { startDatabases } from "./notebook-databases.ts";
