#include "media/field_overflow.h"

namespace clew::media {

namespace {

constexpr std::string_view kType = "text/plain";

}  // namespace

void FieldOverflow::move_out(const std::string& project_id, const Usage& usage, std::string& value) {
  if (value.size() <= bytes_max_) return;
  const auto id = library_.keep(project_id, kType, value, usage);
  if (!id) {
    log_.warn("media.not_moved_out", {{"project", project_id}, {"bytes", value.size()}, {"reason", id.error().message}},
              project_id);
    return;
  }
  value = "@@@langfuseMedia:type=" + std::string(kType) + "|id=" + *id + "|source=field_size_limit@@@";
}

void FieldOverflow::apply(ingest::DecodedBatch& batch) {
  const std::string& project_id = batch.context.project_id;
  for (domain::Observation& span : batch.spans) {
    Usage usage{.trace_id = span.trace_id, .observation_id = span.span_id};
    usage.field = "input";
    if (span.input) move_out(project_id, usage, *span.input);
    usage.field = "output";
    if (span.output) move_out(project_id, usage, *span.output);
    usage.field = "metadata";
    for (auto& [key, value] : span.metadata)
      move_out(project_id, usage, value);
  }
  for (ingest::TraceIo& io : batch.trace_io) {
    if (io.input) move_out(project_id, {.trace_id = io.trace_id, .field = "input"}, *io.input);
    if (io.output) move_out(project_id, {.trace_id = io.trace_id, .field = "output"}, *io.output);
  }
}

}  // namespace clew::media
