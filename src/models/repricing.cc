#include "models/repricing.h"

#include <algorithm>

#include "base/json.h"
#include "ingest/enrich/enrich.h"
#include "models/repricing_rows.h"
#include "models/sql/models.sql.h"

namespace clew::models {

namespace {

constexpr std::size_t kRowsPerStep = 400;
constexpr std::size_t kRunsShown = 200;
constexpr std::size_t kModelsShown = 50;
constexpr domain::Picodollars kPicoPerDollar = 1'000'000'000'000;

// Everything a run knows: where it is and what it found. The point of the job.
struct Point {
  RowPlace place;
  bool is_done = false;
  RepricingTotals totals;
  std::vector<std::pair<std::string, RepricingTotals>> by_model;
};

std::int64_t integer(const json::Object& object, std::string_view key) {
  const json::Value* value = json::find(object, key);
  return value && value->is_int64() ? value->get_int64() : 0;
}
std::string text(const json::Object& object, std::string_view key) {
  return std::string(json::find_text(object, key).value_or(""));
}

json::Object totals_json(const RepricingTotals& totals) {
  return {{"seen", totals.seen},
          {"changed", totals.changed},
          {"before", totals.before.dollars()},
          {"beforePico", totals.before.pico()},
          {"after", totals.after.dollars()},
          {"afterPico", totals.after.pico()}};
}

RepricingTotals parse_totals(const json::Object& object) {
  return {.seen = integer(object, "seen"),
          .changed = integer(object, "changed"),
          .before = {integer(object, "before"), integer(object, "beforePico")},
          .after = {integer(object, "after"), integer(object, "afterPico")}};
}

std::string to_text(const Point& point) {
  json::Array models;
  for (const auto& [name, totals] : point.by_model) {
    json::Object one = totals_json(totals);
    one["model"] = name;
    models.emplace_back(std::move(one));
  }
  return json::to_text(json::Object{{"at", point.place.start_time_us},
                                    {"trace", point.place.trace_id},
                                    {"span", point.place.span_id},
                                    {"done", point.is_done},
                                    {"totals", totals_json(point.totals)},
                                    {"models", std::move(models)}});
}

Point parse_point(std::string_view given, const RepricingWish& wish) {
  Point point;
  point.place.start_time_us = wish.from;
  const auto parsed = json::try_parse(given);
  const json::Object* object = parsed ? parsed->if_object() : nullptr;
  if (!object) return point;
  point.place = {
      .start_time_us = integer(*object, "at"), .trace_id = text(*object, "trace"), .span_id = text(*object, "span")};
  const json::Value* done = json::find(*object, "done");
  point.is_done = done && done->is_bool() && done->get_bool();
  if (const json::Value* totals = json::find(*object, "totals"); totals && totals->is_object()) {
    point.totals = parse_totals(totals->get_object());
  }
  if (const json::Value* models = json::find(*object, "models"); models && models->is_array()) {
    for (const json::Value& one : models->get_array()) {
      if (one.is_object()) point.by_model.emplace_back(text(one.get_object(), "model"), parse_totals(one.get_object()));
    }
  }
  return point;
}

json::Object wish_json(const RepricingWish& wish) {
  return {{"from", wish.from}, {"to", wish.to}, {"model", wish.model}, {"dryRun", wish.is_dry}};
}

RepricingWish parse_wish_text(std::string_view payload) {
  RepricingWish wish;
  const auto parsed = json::try_parse(payload);
  if (!parsed || !parsed->is_object()) return wish;
  const json::Object& object = parsed->get_object();
  const json::Value* dry = json::find(object, "dryRun");
  return {.from = integer(object, "from"),
          .to = integer(object, "to"),
          .model = text(object, "model"),
          .is_dry = !dry || !dry->is_bool() || dry->get_bool()};
}

bool asks_attributes(const ingest::ModelDefinition& model) {
  for (const ingest::PricingTier& tier : model.tiers) {
    for (const ingest::TierCondition& condition : tier.conditions) {
      if (std::holds_alternative<ingest::AttributeCondition>(condition)) return true;
    }
  }
  return false;
}

bool differs(const domain::Observation& a, const domain::Observation& b) {
  return a.model_id != b.model_id || a.pricing_tier_id != b.pricing_tier_id ||
         a.pricing_tier_name != b.pricing_tier_name || a.total_cost != b.total_cost || a.cost != b.cost;
}

void note_change(RepricingTotals& totals, const domain::Observation& before, const domain::Observation& after) {
  ++totals.changed;
  totals.before.add(before.total_cost.value_or(0));
  totals.after.add(after.total_cost.value_or(0));
}

void note_change(Point& point, const domain::Observation& before, const domain::Observation& after) {
  note_change(point.totals, before, after);
  auto known = std::ranges::find(point.by_model, after.model, &std::pair<std::string, RepricingTotals>::first);
  if (known == point.by_model.end()) {
    if (point.by_model.size() >= kModelsShown) return;
    known = point.by_model.insert(point.by_model.end(), {after.model, {}});
  }
  note_change(known->second, before, after);
}

struct Step {
  analytics::Engine& engine;
  ingest::ModelCatalog& catalog;
  const std::string& project_id;
  const RepricingWish& wish;
};

// Prices one list of rows; true when there may be more.
Result<bool> reprice_some(const Step& step, Point& point) {
  const RowRange range{.from = step.wish.from, .to = step.wish.to, .model = step.wish.model};
  CLEW_TRY(const auto rows, read_priced(step.engine, step.project_id, range, point.place, kRowsPerStep));
  bool needs_facts = false;
  for (const PricedRow& row : rows) {
    const auto model =
        row.is_merged ? step.catalog.match(step.project_id, row.now.model, row.now.start_time_us) : nullptr;
    needs_facts |= model && asks_attributes(model->definition());
  }
  std::vector<std::optional<domain::PricingFacts>> facts(rows.size());
  if (needs_facts) {
    CLEW_TRY(facts, read_facts(step.engine, step.project_id, rows));
  }
  PriceWriter writer(step.engine, step.project_id);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    domain::Observation priced = rows[i].now;
    ingest::price(priced, step.project_id, step.catalog, facts[i] ? &*facts[i] : nullptr);
    ++point.totals.seen;
    if (!differs(rows[i].now, priced)) continue;
    note_change(point, rows[i].now, priced);
    if (!step.wish.is_dry) CLEW_CHECK(writer.add(rows[i], priced));
  }
  CLEW_CHECK(writer.flush());
  if (!rows.empty()) {
    const domain::Observation& last = rows.back().now;
    point.place = {.start_time_us = last.start_time_us, .trace_id = last.trace_id, .span_id = last.span_id};
  }
  return rows.size() == kRowsPerStep;
}

}  // namespace

void Money::add(domain::Picodollars amount) {
  pico_ += amount;
  dollars_ += pico_ / kPicoPerDollar;
  pico_ %= kPicoPerDollar;
}

Repricing::Repricing(meta::Database& database, analytics::Engine& engine, ingest::ModelCatalog& catalog,
                     const Clock& clock, std::function<void()> wake)
    : database_(database),
      engine_(engine),
      catalog_(catalog),
      clock_(clock),
      store_(database, clock),
      wake_(std::move(wake)) {}

Result<std::string> Repricing::start(const std::string& project_id, const RepricingWish& wish,
                                     const auth::Actor& actor) {
  if (wish.from >= wish.to) return Error{Errc::kInvalidArgument, "from must be before to"};
  CLEW_TRY(const auto earlier, runs(project_id));
  for (const RepricingRun& run : earlier) {
    if (run.state == jobs::State::kQueued || run.state == jobs::State::kRunning) {
      return Error{Errc::kConflict, "A re-pricing of this project is under way. Wait for it to end."};
    }
  }
  std::string id;
  CLEW_CHECK(database_.transaction([&](meta::Session& session) -> Result<> {
    CLEW_TRY(const meta::ResultSet organization, session.run(sql::kProjectOrganization, {project_id}));
    if (organization.empty()) return Error{Errc::kNotFound, "Project not found"};
    CLEW_TRY(id, jobs::enqueue(session, clock_.now_us(),
                               {.kind = std::string(kJobKind),
                                .project_id = project_id,
                                .idempotency_key = {},
                                .payload = json::to_text(wish_json(wish))}));
    return auth::record(session, clock_.now_us(), actor,
                        {.organization_id = organization.text(0, 0),
                         .project_id = project_id,
                         .resource_type = "repricing",
                         .resource_id = id,
                         .action = wish.is_dry ? "preview" : "create",
                         .before = std::nullopt,
                         .after = json::to_text(wish_json(wish))});
  }));
  if (wake_) wake_();
  return id;
}

Result<std::vector<RepricingRun>> Repricing::runs(const std::string& project_id) {
  CLEW_TRY(const auto jobs, store_.list_of_project(project_id, kRunsShown));
  std::vector<RepricingRun> out;
  for (const jobs::Job& job : jobs) {
    if (job.kind != kJobKind) continue;
    RepricingRun run{.id = job.id,
                     .state = job.state,
                     .wish = parse_wish_text(job.payload),
                     .total = job.total_items,
                     .totals = {},
                     .by_model = {},
                     .error = job.error,
                     .created_at = job.created_at,
                     .finished_at = job.finished_at};
    Point point = parse_point(job.point, run.wish);
    run.totals = point.totals;
    run.by_model = std::move(point.by_model);
    out.push_back(std::move(run));
  }
  return out;
}

Result<> Repricing::run(jobs::Running& running) {
  const jobs::Job& job = running.job();
  const RepricingWish wish = parse_wish_text(job.payload);
  Point point = parse_point(job.point, wish);
  catalog_.forget_project(job.project_id);  // the definitions of now, not of ten seconds ago
  CLEW_TRY(const std::int64_t total,
           count_priced(engine_, job.project_id, {.from = wish.from, .to = wish.to, .model = wish.model}));
  const Step step{.engine = engine_, .catalog = catalog_, .project_id = job.project_id, .wish = wish};
  while (!point.is_done) {
    CLEW_TRY(const bool has_more, reprice_some(step, point));
    point.is_done = !has_more;
    CLEW_CHECK(running.checkpoint({.point = to_text(point), .done_items = point.totals.seen, .total_items = total}));
  }
  return ok();
}

}  // namespace clew::models
