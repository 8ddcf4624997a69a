// What Clew knows about one step of a trace, about a trace's own attributes and about a score: plain values, no JSON,
// no SQL. Field meaning: contract/ingestion.md 9 and 10, otel-mapping.md, cost.md. Empty text means "absent" unless a
// field is an optional.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"

namespace clew::domain {

enum class ObservationType : std::uint8_t {
  kSpan,
  kEvent,
  kGeneration,
  kAgent,
  kTool,
  kChain,
  kRetriever,
  kEvaluator,
  kEmbedding,
  kGuardrail,
};
std::string_view to_text(ObservationType type);  // "SPAN"
std::optional<ObservationType> parse_observation_type(std::string_view upper_case);

enum class Level : std::uint8_t { kDebug, kDefault, kWarning, kError };
std::string_view to_text(Level level);  // "DEFAULT"
std::optional<Level> parse_level(std::string_view upper_case);

// Money in 10^-12 US dollar: exact, and what the store keeps (Decimal64(12)). |amount| < 10^6 dollar.
using Picodollars = std::int64_t;

using TextMap = std::vector<std::pair<std::string, std::string>>;
using UsageMap = std::vector<std::pair<std::string, std::uint64_t>>;
using CostMap = std::vector<std::pair<std::string, Picodollars>>;

// Who sent it (contract/ingestion.md 14).
struct Attribution {
  std::string api_key;      // public key
  std::string sdk_name;     // "unknown" when the header is absent
  std::string sdk_version;  // "unknown" when the header is absent
};

struct Experiment {
  std::string id, name, description, dataset_id;
  TextMap metadata;  // flat paths
  std::string item_id;
  std::optional<TimeUs> item_version_us;
  std::string item_root_span_id;
  std::optional<std::string> item_expected_output;
  TextMap item_metadata;
};

struct Observation {
  // Identity, together with the project.
  std::string trace_id;
  std::string span_id;
  std::string parent_span_id;  // "" = root

  TimeUs start_time_us = 0;
  std::optional<TimeUs> end_time_us;  // null = still running
  std::optional<TimeUs> completion_start_time_us;

  ObservationType type = ObservationType::kSpan;
  Level level = Level::kDefault;
  std::string name;
  std::string status_message;
  std::string environment = "default";
  std::string version, release;

  // Trace-level attributes as repeated by SDKs on their spans.
  std::string trace_name, user_id, session_id;
  std::vector<std::string> tags;
  std::optional<bool> is_public;
  bool is_app_root = false;  // a logical root whose parent is not exported

  std::string prompt_id, prompt_name;
  std::optional<std::uint16_t> prompt_version;

  std::string model;             // name as given by the client
  std::string model_parameters;  // compact JSON object, or ""

  UsageMap provided_usage;
  CostMap provided_cost;

  // Filled by enrichment (contract/cost.md).
  std::string model_id;
  UsageMap usage;
  CostMap cost;
  std::optional<Picodollars> total_cost;
  std::string pricing_tier_id, pricing_tier_name;

  TextMap tool_definitions;  // name → JSON text {"description","parameters"}
  std::vector<std::string> tool_calls;
  std::vector<std::string> tool_call_names;

  std::optional<std::string> input, output;  // stored text; null = none
  TextMap metadata;                          // flat dotted path → text
  // Paths of `metadata` whose value is text even if it looks like JSON (SDK 5, contract/sdk5.md 1.3 rule 4).
  std::vector<std::string> metadata_strings;
  std::string events;  // JSON list of span events {name, timeUnixNano, attributes}, or ""

  Experiment experiment;

  std::string source;  // "otel" or "ingestion-api"
  std::string service_name, service_version, scope_name, scope_version;
  std::string telemetry_sdk_language, telemetry_sdk_name, telemetry_sdk_version;
};

// What the conditions of pricing tiers look at (contract/cost.md 6).
struct PricingFacts {
  std::string model_parameters;  // compact JSON object, or ""
  TextMap metadata;              // top-level keys whose value is text, a number or a boolean
};

// Trace attributes that are not carried by spans: `trace-create` events and `langfuse.trace.input/output`
// (contract/ingestion.md 9.5). Every value here beats the value derived from rows.
struct TraceAttributes {
  std::string trace_id;
  std::optional<TimeUs> timestamp_us;
  std::optional<std::string> name, user_id, session_id, release, version, environment;
  std::vector<std::string> tags;
  std::optional<bool> is_public;
  std::optional<bool> bookmarked;
  TextMap metadata;
};

enum class ScoreDataType : std::uint8_t { kNumeric, kBoolean, kCategorical, kText, kCorrection };
std::string_view to_text(ScoreDataType type);  // "NUMERIC"
std::optional<ScoreDataType> parse_score_data_type(std::string_view upper_case);

struct Score {
  std::string id;
  TimeUs timestamp_us = 0;
  std::string name;
  std::string environment = "default";
  std::string source = "API";  // API, EVAL, ANNOTATION
  ScoreDataType data_type = ScoreDataType::kNumeric;
  double value = 0;
  std::optional<std::string> string_value;
  std::string long_string_value;
  std::string trace_id, observation_id, session_id, dataset_run_id;
  std::optional<std::string> comment;
  TextMap metadata;
  std::string config_id, queue_id, author_user_id, execution_trace_id;
};

// The environment rule of contract/ingestion.md 5.3; never an error.
std::string normalize_environment(std::string_view given);

}  // namespace clew::domain
