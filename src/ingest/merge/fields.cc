#include "ingest/merge/fields.h"

#include <array>

namespace clew::ingest {

namespace {

using enum Winner;
using enum OnNull;
using enum Form;

constexpr std::array<FieldRule, 9> kTraceRules = {{
    {"timestamp", kOldest, kKeep, kTime},
    {"environment", kOldest},
    {"name", kNewest, kClear},
    {"userId", kNewest, kClear},
    {"sessionId", kNewest, kClear},
    {"release", kNewest, kClear},
    {"version", kNewest, kClear},
    {"public", kNewest, kClear},  // null reads as false
    {"bookmarked"},               // never in a request; set by the product itself
}};

constexpr std::array<FieldRule, 12> kObservationRules = {{
    {"traceId", kOldest},
    {"startTime", kOldest, kKeep, kTime},
    {"environment", kOldest},
    {"endTime", kNewest, kKeep, kTime},
    {"completionStartTime", kNewest, kKeep, kTime},
    {"name", kNewest, kClear},
    {"model", kNewest, kClear},
    {"level", kNewest, kClear},
    {"statusMessage"},
    {"version"},
    {"parentObservationId"},
    {"modelParameters", kNewest, kKeep, kMap},
}};

constexpr std::array<FieldRule, 13> kScoreRules = {{
    {"traceId", kOldest, kKeep, kNotEmpty},
    {"environment", kOldest},
    // Given explicitly it moves the score (contract/sdk5.md 2.1); otherwise the oldest message's time stays.
    {"timestamp", kNewest, kKeep, kTime},
    {"name", kNewest, kClear},
    {"source", kNewest, kClear},
    {"observationId", kNewest, kClear},
    {"sessionId", kNewest, kClear},
    {"datasetRunId", kNewest, kClear},
    {"configId", kNewest, kClear},
    {"comment", kNewest, kClear},
    {"queueId", kNewest, kClear},
    {"executionTraceId", kNewest, kClear},
    {"authorUserId", kNewest, kClear},  // never in a request; set by the product itself
}};

}  // namespace

std::span<const FieldRule> field_rules(EntityKind kind) {
  switch (kind) {
    case EntityKind::kTrace:
      return kTraceRules;
    case EntityKind::kObservation:
      return kObservationRules;
    case EntityKind::kScore:
      return kScoreRules;
  }
  return {};
}

}  // namespace clew::ingest
