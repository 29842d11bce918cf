/** What every renderer takes: one representation of an output, and its surroundings. */
import type { Json, MimeBundle, OutputContext } from "../output.ts";

export interface RenderedPart {
  mime: string;
  value: Json;
  /** All representations of the same output, for what stands beside. */
  data: MimeBundle;
  /** nbformat's metadata for this representation. */
  metadata: Record<string, Json>;
}

export type Renderer = (part: RenderedPart, context: OutputContext) => HTMLElement;
