// JS SDK 3 (`langfuse`): traces as entities over the JSON batch API.
import { Langfuse, LangfuseMedia } from "langfuse";
import { finish, kPicture, scenario, sessionId } from "../common.mjs";

const langfuse = new Langfuse({ release: process.env.LANGFUSE_RELEASE });

async function answer() {
  const plan = scenario();
  const session = sessionId();
  const trace = langfuse.trace({
    name: plan.trace.name,
    userId: plan.trace.user,
    sessionId: session,
    tags: plan.trace.tags,
    metadata: plan.trace.metadata,
    version: plan.trace.version,
    input: plan.root.input,
    output: plan.root.output,
  });
  const root = trace.span({ name: plan.root.name, input: plan.root.input });
  const search = root.span({ name: plan.search.name, input: plan.search.input, metadata: plan.search.metadata });
  search.end({ output: plan.search.output });
  const generation = root.generation({
    name: plan.answer.name,
    model: plan.answer.model,
    modelParameters: plan.answer.parameters,
    input: plan.answer.input,
  });
  generation.update({ completionStartTime: new Date() });
  const event = generation.event({ name: plan.event.name, input: plan.event.input });
  generation.end({ output: plan.answer.output, usageDetails: plan.answer.usage });
  const lookup = root.span({ name: plan.lookup.name, input: plan.lookup.input });
  lookup.end({ level: "ERROR", statusMessage: plan.lookup.status });
  root.end({ output: plan.root.output });
  trace.score({ name: "quality", value: plan.scores.quality.value, comment: plan.scores.quality.comment });
  generation.score({ name: "tone", value: plan.scores.tone.value });
  trace.score({ name: "helpful", value: plan.scores.helpful.value, dataType: "BOOLEAN" });
  await langfuse.shutdownAsync();
  return {
    trace: trace.id,
    session,
    root: root.id,
    search: search.id,
    answer: generation.id,
    lookup: lookup.id,
    event: event.id,
  };
}

async function lateUpdate() {
  const trace = langfuse.trace({ name: "late update" });
  const generation = trace.generation({ name: "slow call", model: "gpt-4o-mini", input: "hello" });
  await langfuse.flushAsync();
  generation.end({ output: "world", usageDetails: { input: 3, output: 2 } });
  await langfuse.shutdownAsync();
  return { trace: trace.id, answer: generation.id };
}

async function media() {
  // The SDK loads its hash functions beside everything else; a file handed over before that is lost.
  while (new LangfuseMedia({ contentBytes: Buffer.from("x"), contentType: "text/plain" }).contentSha256Hash === undefined)
    await new Promise((resolve) => setImmediate(resolve));
  const trace = langfuse.trace({ name: "look at this" });
  const sheet = new LangfuseMedia({ contentBytes: Buffer.from("a,b\n1,2\n"), contentType: "text/csv" });
  const step = trace.generation({
    name: "look at this",
    input: { picture: `data:image/png;base64,${kPicture}` },
    output: { sheet },
  });
  step.end();
  await langfuse.shutdownAsync();
  return { trace: trace.id };
}

async function read() {
  const { data } = await langfuse.fetchTrace(process.env.TRACE_ID);
  return { name: data.name, observations: data.observations.length, scores: data.scores.length };
}

finish(await { answer, late: lateUpdate, media, read }[process.argv[2]]());
