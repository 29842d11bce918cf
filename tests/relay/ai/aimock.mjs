// Providers of AI models, npm's @copilotkit/aimock: OpenAI and Anthropic at one address.
// Arguments: static/package.json (whose packages are used). Prints its address; ends with its stdin.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [manifest] = process.argv.slice(2);
const entry = createRequire(manifest).resolve("@copilotkit/aimock");
const { LLMock } = await import(pathToFileURL(entry));

const USAGE = {
  usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18, input_tokens: 11, output_tokens: 7 },
};
const WEATHER = [{ id: "call_1", name: "get_weather", arguments: '{"city":"Oslo"}' }];
const mock = new LLMock({ port: 0, logLevel: "silent" });
mock.onMessage("hello", { content: "Hello from the model.", ...USAGE });
mock.onMessage("weather", { toolCalls: WEATHER, ...USAGE });
mock.onMessage("wrong", { error: { message: "That is wrong.", type: "invalid_request_error" }, status: 400 });
mock.onMessage("long", { content: "word ".repeat(2000), ...USAGE }, { latency: 20, chunkSize: 5 });
mock.onEmbedding("hello", { embedding: [0.25, 0.5] });
await mock.start();
console.log(mock.url);
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
