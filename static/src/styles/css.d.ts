/** The name of the style sheet's file beside the script; with `{ type: "text" }`, its rules. */
declare module "*.css" {
  const fileOrText: string;
  export default fileOrText;
}
