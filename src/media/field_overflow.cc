#include "media/field_overflow.h"

#include "media/texts.h"

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
  for_each_text(batch, [&](const Usage& usage, std::string& text) { move_out(batch.context.project_id, usage, text); });
}

}  // namespace clew::media
