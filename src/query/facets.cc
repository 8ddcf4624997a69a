#include "query/facets.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <span>

#include "query/expressions.h"
#include "query/observation_list.h"
#include "query/trace_list.h"

namespace clew::query {

namespace {

// Side shows: when they take long, the list is what matters.
constexpr analytics::QueryLimits kLimits{.timeout_ms = 15'000};

struct Definition {
  Field field;
  std::string_view name;
  FilterType filter_type;
  std::string_view unit;  // of ranges
};

constexpr Definition kTraceFacets[] = {
    {Field::kEnvironment, "environment", FilterType::kStringOptions, {}},
    {Field::kLevel, "level", FilterType::kStringOptions, {}},
    {Field::kState, "state", FilterType::kStringOptions, {}},
    {Field::kName, "name", FilterType::kStringOptions, {}},
    {Field::kModel, "model", FilterType::kArrayOptions, {}},
    {Field::kUserId, "userId", FilterType::kStringOptions, {}},
    {Field::kTags, "tags", FilterType::kArrayOptions, {}},
    {Field::kRelease, "release", FilterType::kStringOptions, {}},
    {Field::kVersion, "version", FilterType::kStringOptions, {}},
    {Field::kLatency, "latency", FilterType::kNumber, "s"},
    {Field::kTotalCost, "totalCost", FilterType::kNumber, "usd"},
    {Field::kTotalTokens, "totalTokens", FilterType::kNumber, "tokens"},
    {Field::kObservationCount, "observationCount", FilterType::kNumber, "count"},
};

constexpr Definition kObservationFacets[] = {
    {Field::kEnvironment, "environment", FilterType::kStringOptions, {}},
    {Field::kType, "type", FilterType::kStringOptions, {}},
    {Field::kLevel, "level", FilterType::kStringOptions, {}},
    {Field::kState, "state", FilterType::kStringOptions, {}},
    {Field::kName, "name", FilterType::kStringOptions, {}},
    {Field::kModel, "model", FilterType::kStringOptions, {}},
    {Field::kTraceName, "traceName", FilterType::kStringOptions, {}},
    {Field::kUserId, "userId", FilterType::kStringOptions, {}},
    {Field::kTags, "tags", FilterType::kArrayOptions, {}},
    {Field::kPromptName, "promptName", FilterType::kStringOptions, {}},
    {Field::kCalledToolNames, "calledToolNames", FilterType::kArrayOptions, {}},
    {Field::kRelease, "release", FilterType::kStringOptions, {}},
    {Field::kVersion, "version", FilterType::kStringOptions, {}},
    {Field::kLatency, "latency", FilterType::kNumber, "s"},
    {Field::kTimeToFirstToken, "timeToFirstToken", FilterType::kNumber, "s"},
    {Field::kTotalCost, "totalCost", FilterType::kNumber, "usd"},
    {Field::kTotalTokens, "totalTokens", FilterType::kNumber, "tokens"},
};

// Histogram buckets double from one to the next; everything up to zero shares one.
constexpr int kZeroBucket = -1000;

double bucket_start(int bucket) {
  return std::exp2(bucket);
}

// One (facet, value, number) per value a row has.
std::string entries(std::span<const Definition* const> facets, const std::function<Expression(Field)>& expression_of) {
  std::string lists;
  for (std::size_t i = 0; i < facets.size(); ++i) {
    const Expression expression = expression_of(facets[i]->field);
    const std::string sql(expression.sql);
    const std::string index = "toUInt8(" + std::to_string(i) + ")";
    if (!lists.empty()) lists += ", ";
    if (expression.kind == ValueKind::kTextList) {
      lists += "arrayMap(x -> (" + index + ", toString(x), toFloat64(0)), arrayFilter(x -> x != '', " + sql + "))";
    } else if (!facets[i]->unit.empty()) {
      const std::string number = "toFloat64(assumeNotNull(" + sql + "))";
      lists += "if(isNull(" + sql + "), [], [(" + index + ", toString(if(" + number + " <= 0, " +
               std::to_string(kZeroBucket) + ", toInt32(floor(log2(" + number + "))))), " + number + ")])";
    } else {
      lists += "if(" + sql + " = '', [], [(" + index + ", toString(" + sql + "), toFloat64(0))])";
    }
  }
  return "arrayConcat(" + lists + ")";
}

// Sources of rows: all conditions but those on one field (kIgnored: all of them).
using Source = std::function<std::string(const Conditions& conditions, const TraceParts& parts, Binder& binder)>;

struct RowView {
  std::span<const Definition> definitions;
  std::function<Expression(Field)> expression_of;
  Source source;
};

void add_entry(Facet& facet, std::string_view value, std::uint64_t count, double min, double max) {
  if (!facet.is_range) {
    facet.values.push_back({std::string(value), count});
    return;
  }
  facet.min = std::min(facet.min.value_or(min), min);
  facet.max = std::max(facet.max.value_or(max), max);
  const int bucket = std::atoi(std::string(value).c_str());
  if (bucket == kZeroBucket) {
    facet.histogram.push_back({0, 0, count});
  } else {
    facet.histogram.push_back({bucket_start(bucket), bucket_start(bucket + 1), count});
  }
}

Result<> fill(analytics::Engine& engine, std::string_view project_id, const RowView& view, const Conditions& conditions,
              std::span<Facet* const> facets, std::span<const Definition* const> definitions) {
  TraceParts parts{TracePart::kTime};
  for (const Definition* definition : definitions)
    add_parts_of(definition->field, parts);
  Binder binder(project_id);
  const std::string sql =
      "SELECT e.1 AS facet, e.2 AS value, count() AS c, min(e.3), max(e.3) FROM (SELECT arrayJoin(" +
      entries(definitions, view.expression_of) + ") AS e FROM " + view.source(conditions, parts, binder) +
      ") GROUP BY facet, value ORDER BY facet, c DESC, value LIMIT " + std::to_string(kFacetValuesMax) + " BY facet";
  CLEW_TRY(analytics::Rows rows, engine.select("query.facets", sql, binder.params(), kLimits));
  for (std::size_t row = 0; row < rows.size(); ++row) {
    add_entry(*facets[static_cast<std::size_t>(rows.integer(row, 0))], rows.text(row, 1),
              static_cast<std::uint64_t>(rows.integer(row, 2)), rows.real(row, 3), rows.real(row, 4));
  }
  return ok();
}

Result<std::vector<Facet>> read_facets(analytics::Engine& engine, std::string_view project_id, const RowView& view,
                                       const Conditions& conditions) {
  std::vector<Facet> facets;
  for (const Definition& definition : view.definitions) {
    facets.push_back({.field = definition.name,
                      .filter_type = definition.filter_type,
                      .is_range = !definition.unit.empty(),
                      .unit = definition.unit});
  }
  // Facets without conditions of their own share one pass.
  std::vector<Facet*> shared;
  std::vector<const Definition*> shared_definitions;
  for (std::size_t i = 0; i < facets.size(); ++i) {
    const Definition& definition = view.definitions[i];
    if (!has_field(conditions, definition.field)) {
      shared.push_back(&facets[i]);
      shared_definitions.push_back(&definition);
      continue;
    }
    Conditions others = conditions;
    std::erase_if(others, [&](const Condition& condition) { return condition.field == definition.field; });
    Facet* const one = &facets[i];
    const Definition* const its = &definition;
    CLEW_CHECK(fill(engine, project_id, view, others, {&one, 1}, {&its, 1}));
  }
  if (!shared.empty()) CLEW_CHECK(fill(engine, project_id, view, conditions, shared, shared_definitions));
  for (Facet& facet : facets) {
    std::ranges::sort(facet.histogram, {}, &HistogramBucket::from);
  }
  return facets;
}

// A length people read: about 60 buckets.
std::int64_t bucket_us(TimeUs from_us, TimeUs to_us) {
  constexpr std::int64_t kSecond = 1'000'000, kMinute = 60 * kSecond, kHour = 60 * kMinute, kDay = 24 * kHour;
  constexpr std::array<std::int64_t, 20> kLengths = {
      kSecond,     5 * kSecond,  10 * kSecond, 15 * kSecond, 30 * kSecond, kMinute,   2 * kMinute,
      5 * kMinute, 10 * kMinute, 15 * kMinute, 30 * kMinute, kHour,        2 * kHour, 3 * kHour,
      6 * kHour,   12 * kHour,   kDay,         2 * kDay,     7 * kDay,     30 * kDay};
  for (const std::int64_t length : kLengths) {
    if ((to_us - from_us) / length <= 72) return length;
  }
  return (to_us - from_us) / 60;
}

Result<Pulse> read_pulse(analytics::Engine& engine, TimeUs from_us, TimeUs to_us, std::string_view time,
                         std::string_view error, const std::string& source, Binder& binder) {
  Pulse pulse{.bucket_us = bucket_us(from_us, to_us), .buckets = {}};
  const TimeUs first = from_us - from_us % pulse.bucket_us;
  for (TimeUs at = first; at < to_us; at += pulse.bucket_us)
    pulse.buckets.push_back({.time_us = at});
  const std::string sql = "SELECT intDiv(toUnixTimestamp64Micro(" + std::string(time) + ") - " + binder.number(first) +
                          ", " + binder.number(pulse.bucket_us) + ") AS b, count(), countIf(" + std::string(error) +
                          ") FROM " + source + " GROUP BY b";
  CLEW_TRY(analytics::Rows rows, engine.select("query.pulse", sql, binder.params(), kLimits));
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const auto place = rows.integer(row, 0);
    if (place < 0 || static_cast<std::size_t>(place) >= pulse.buckets.size()) continue;
    PulseBucket& bucket = pulse.buckets[static_cast<std::size_t>(place)];
    bucket.count = static_cast<std::uint64_t>(rows.integer(row, 1));
    bucket.errors = static_cast<std::uint64_t>(rows.integer(row, 2));
  }
  return pulse;
}

std::string trace_source(const TraceList& list, const Conditions& conditions, const TraceParts& parts, Binder& binder) {
  return "(" + list.derived(parts_for(conditions, parts), binder) + ") WHERE 1" + TraceList::all_of(conditions, binder);
}

}  // namespace

Result<std::vector<Facet>> FacetReader::of_traces(std::string_view project_id, const TraceFilter& filter) {
  // Conditions choose the candidates of a list; a facet that ignores one of them must not start from these.
  TraceFilter open = filter;
  open.conditions.clear();
  TraceList list(engine_, project_id, open);
  CLEW_CHECK(list.prepare_all());
  const RowView view{.definitions = kTraceFacets,
                     .expression_of = trace_expression,
                     .source = [&](const Conditions& conditions, const TraceParts& parts, Binder& binder) {
                       return trace_source(list, conditions, parts, binder);
                     }};
  return read_facets(engine_, project_id, view, filter.conditions);
}

Result<std::vector<Facet>> FacetReader::of_observations(std::string_view project_id, const ObservationFilter& filter) {
  ObservationList list(engine_, project_id, filter);
  CLEW_CHECK(list.prepare_all());
  const RowView view{.definitions = kObservationFacets,
                     .expression_of = row_expression,
                     .source = [&](const Conditions& conditions, const TraceParts&, Binder& binder) {
                       return "observations FINAL WHERE " + list.where(conditions, binder);
                     }};
  return read_facets(engine_, project_id, view, filter.conditions);
}

Result<Pulse> FacetReader::pulse_of_traces(std::string_view project_id, const TraceFilter& filter) {
  CLEW_ASSERT(filter.from_us && filter.to_us, "a pulse needs both ends of its range");
  TraceList list(engine_, project_id, filter);
  CLEW_CHECK(list.prepare_all());
  Binder binder(project_id);
  const std::string source = trace_source(list, filter.conditions, {TracePart::kTime, TracePart::kLevels}, binder);
  return read_pulse(engine_, *filter.from_us, *filter.to_us, "timestamp", "error_count > 0", source, binder);
}

Result<Pulse> FacetReader::pulse_of_observations(std::string_view project_id, const ObservationFilter& filter) {
  CLEW_ASSERT(filter.from_us && filter.to_us, "a pulse needs both ends of its range");
  ObservationList list(engine_, project_id, filter);
  CLEW_CHECK(list.prepare_all());
  Binder binder(project_id);
  const std::string source = "observations FINAL WHERE " + list.where(binder);
  return read_pulse(engine_, *filter.from_us, *filter.to_us, "start_time", "level = 'ERROR'", source, binder);
}

Result<std::optional<TimeUs>> FacetReader::newest_begin(std::string_view project_id, std::optional<TimeUs> from_us,
                                                        std::optional<TimeUs> to_us) {
  Binder binder(project_id);
  std::string sql = "SELECT start_time FROM observations WHERE project_id = {project_id:String}";
  if (from_us) sql += " AND start_time >= " + binder.time(*from_us);
  if (to_us) sql += " AND start_time < " + binder.time(*to_us);
  // Rows that were superseded and not merged yet count, too: a little fewer are looked at then.
  sql += " ORDER BY start_time DESC LIMIT 1 OFFSET " + std::to_string(rows_max_);
  CLEW_TRY(const analytics::Rows rows, engine_.select("query.facets_begin", sql, binder.params(), kLimits));
  return rows.empty() ? std::nullopt : std::optional(rows.time(0, 0));
}

Result<std::optional<TimeUs>> FacetReader::earliest(std::string_view project_id) {
  const analytics::Params params(project_id);
  CLEW_TRY(analytics::Rows rows,
           engine_.select("query.earliest",
                          "SELECT start_time FROM observations WHERE project_id = {project_id:String} ORDER BY "
                          "start_time LIMIT 1 UNION ALL SELECT assumeNotNull(min(ifNull(timestamp, created_at))) FROM "
                          "trace_attributes WHERE project_id = {project_id:String} HAVING count() > 0",
                          params));
  std::optional<TimeUs> earliest;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    earliest = std::min(earliest.value_or(rows.time(row, 0)), rows.time(row, 0));
  }
  return earliest;
}

}  // namespace clew::query
