// The shortest program per language that sends one trace. Keys are read from the environment, as the SDKs do.

export interface Snippet {
  id: string;
  label: string;
  code: string;
}

export interface SnippetKeys {
  host: string;
  publicKey: string;
  secretKey: string;
}

export function snippetsFor({ host, publicKey, secretKey }: SnippetKeys): Snippet[] {
  const basic = toBase64(`${publicKey}:${secretKey}`);
  return [
    {
      id: "python",
      label: "Python",
      code: `# pip install langfuse openai, keys are read from the environment
from langfuse.openai import openai

openai.chat.completions.create(
    model="gpt-5-mini",
    messages=[{"role": "user", "content": "Say hello to Clew"}],
)`,
    },
    {
      id: "typescript",
      label: "TypeScript",
      code: `// npm install @langfuse/tracing @langfuse/otel @opentelemetry/sdk-node
import { NodeSDK } from "@opentelemetry/sdk-node";
import { LangfuseSpanProcessor } from "@langfuse/otel";
import { startObservation } from "@langfuse/tracing";

const sdk = new NodeSDK({ spanProcessors: [new LangfuseSpanProcessor()] });
sdk.start();
startObservation("first-request", { input: "Say hello to Clew" })
  .update({ output: "Hello" })
  .end();
await sdk.shutdown();`,
    },
    {
      id: "otel",
      label: "OpenTelemetry",
      code: `# Any OpenTelemetry exporter: OTLP over HTTP, protobuf or JSON
export OTEL_EXPORTER_OTLP_ENDPOINT="${host}/api/public/otel"
export OTEL_EXPORTER_OTLP_PROTOCOL="http/protobuf"
export OTEL_EXPORTER_OTLP_HEADERS="Authorization=Basic ${basic}"`,
    },
    {
      id: "curl",
      label: "curl",
      code: `curl -u "${publicKey}:${secretKey}" \\
  -H "Content-Type: application/json" \\
  "${host}/api/public/ingestion" -d '{
    "batch": [{
      "id": "first-event", "type": "trace-create",
      "timestamp": "'"$(date -u +%FT%TZ)"'",
      "body": { "id": "first-trace", "name": "first-request",
                "input": "Say hello to Clew", "output": "Hello" }
    }]
  }'`,
    },
  ];
}

function toBase64(text: string): string {
  return text.includes("…") ? "<base64 of public:secret>" : btoa(text);
}
