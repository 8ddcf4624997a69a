// The story as `@langfuse/tracing`, `@langfuse/otel` and `@langfuse/client` tell it (generations 4 and 5): spans over OTLP
// JSON, scores over the batch API. Each generation's program passes its own packages.
import { finish, kPicture, scenario, sessionId } from "./common.mjs";

export async function tell(sdk) {
  const { LangfuseClient, LangfuseMedia, LangfuseSpanProcessor, NodeTracerProvider } = sdk;
  const { propagateAttributes, startActiveObservation, startObservation } = sdk;

  const processor = new LangfuseSpanProcessor();
  const provider = new NodeTracerProvider({ spanProcessors: [processor] });
  provider.register();

  async function answer() {
    const plan = scenario();
    const session = sessionId();
    const { name, user, tags, metadata, version } = plan.trace;
    const ids = { session };
    const attributes = { traceName: name, userId: user, sessionId: session, tags, metadata, version };
    await propagateAttributes(attributes, () =>
      startActiveObservation(plan.root.name, async (root) => {
        root.update({ input: plan.root.input });
        ids.trace = root.traceId;
        ids.root = root.id;
        const search = startObservation(plan.search.name, plan.search, { asType: "retriever" });
        search.end();
        startActiveObservation(
          plan.answer.name,
          (generation) => {
            generation.update({
              model: plan.answer.model,
              modelParameters: plan.answer.parameters,
              input: plan.answer.input,
              output: plan.answer.output,
              usageDetails: plan.answer.usage,
              completionStartTime: new Date(),
            });
            ids.event = startObservation(plan.event.name, { input: plan.event.input }, { asType: "event" }).id;
            ids.answer = generation.id;
          },
          { asType: "generation" },
        );
        const lookup = startObservation(plan.lookup.name, { input: plan.lookup.input }, { asType: "tool" });
        lookup.update({ level: "ERROR", statusMessage: plan.lookup.status }).end();
        root.update({ output: plan.root.output });
        Object.assign(ids, { search: search.id, lookup: lookup.id });
      }),
    );
    await processor.forceFlush();
    const client = new LangfuseClient();
    const { quality, tone, helpful } = plan.scores;
    client.score.create({ traceId: ids.trace, name: "quality", value: quality.value, comment: quality.comment });
    client.score.create({ traceId: ids.trace, observationId: ids.answer, name: "tone", value: tone.value });
    client.score.create({ traceId: ids.trace, name: "helpful", value: helpful.value, dataType: "BOOLEAN" });
    await client.flush();
    return ids;
  }

  async function media() {
    const step = startObservation("look at this", {}, { asType: "generation" });
    const sheet = new LangfuseMedia({ source: "bytes", contentBytes: Buffer.from("a,b\n1,2\n"), contentType: "text/csv" });
    step.update({ input: { picture: `data:image/png;base64,${kPicture}` }, output: { sheet } });
    step.end();
    await processor.forceFlush();
    return { trace: step.traceId };
  }

  async function read() {
    const trace = await new LangfuseClient().api.trace.get(process.env.TRACE_ID);
    return { name: trace.name, observations: trace.observations.length, scores: trace.scores.length };
  }

  // The writing agent of somebody else's trace, whose place comes in TRACEPARENT.
  async function continueTrace() {
    const [, traceId, spanId] = process.env.TRACEPARENT.split("-");
    const agent = startObservation(
      "writing agent",
      {},
      { asType: "agent", parentSpanContext: { traceId, spanId, traceFlags: 1, isRemote: true } },
    );
    agent.startObservation("check spelling", {}, { asType: "tool" }).end();
    agent.end();
    return { trace: agent.traceId };
  }

  const told = await { answer, media, read, continue: continueTrace }[process.argv[2]]();
  await processor.forceFlush();
  await provider.shutdown();
  finish(told);
}
