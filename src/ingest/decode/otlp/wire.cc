#include "ingest/decode/otlp/wire.h"

#include <array>
#include <unordered_map>

#include "base/text.h"

namespace clew::ingest::otlp {

namespace {

constexpr std::array<std::string_view, 16> kDefectTexts = {
    "traceId:absent",
    "traceId:all_zero",
    "traceId:not_an_id",
    "spanId:absent",
    "spanId:all_zero",
    "spanId:not_an_id",
    "parentSpanId:not_an_id",
    "span:not_an_object",
    "attributes:not_an_array",
    "events:not_an_array",
    "event.attributes:not_an_array",
    "resource.attributes:not_an_array",
    "scopeSpans:not_an_array",
    "scope.attributes:not_an_array",
    "spans:not_an_array",
    "resourceSpans:not_an_array",
};

// Below this many attributes comparing every pair beats building a table.
constexpr std::size_t kPairwiseMax = 40;

// Names and short values are nearly always ASCII; a call into the vector code costs more than looking at them here.
bool is_short_ascii(std::string_view text) {
  constexpr std::size_t kShort = 64;
  if (text.size() > kShort) return false;
  unsigned char bits = 0;
  for (const char c : text)
    bits |= static_cast<unsigned char>(c);
  return bits < 0x80;
}

bool same_key(const Attribute& a, const Attribute& b) {
  return a.key == b.key;
}

}  // namespace

std::string defects_text(Defects defects) {
  std::string out;
  for (std::size_t i = 0; i < kDefectTexts.size(); ++i) {
    if ((defects >> i & 1U) == 0) continue;
    if (!out.empty()) out += ", ";
    out += kDefectTexts[i];
  }
  return out;
}

std::size_t Request::spans_total() const {
  std::size_t count = 0;
  for (const ResourceGroup& resource : resources) {
    for (const ScopeGroup& scope : resource.scopes)
      count += scope.spans.size();
  }
  return count;
}

std::string_view Request::keep_utf8(std::string_view text) {
  if (is_short_ascii(text) || text::is_utf8(text)) return text;
  return keep(text::sanitize_utf8(std::string(text)));
}

IdState take_id_text(std::string_view given, std::string& id) {
  if (given.empty()) return IdState::kAbsent;
  if (given.size() > kIdSizeMax) return IdState::kNotAnId;
  if (given.find_first_not_of('0') == std::string_view::npos) return IdState::kZero;
  const bool standard = given.size() == 32 || given.size() == 16;
  const bool hex = standard && given.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
  id = hex ? text::lower(given) : std::string(given);
  return IdState::kGood;
}

IdState take_id_bytes(std::string_view given, std::string& id) {
  if (given.empty()) return IdState::kAbsent;
  if (given.size() > kIdSizeMax / 2) return IdState::kNotAnId;
  if (given.find_first_not_of('\0') == std::string_view::npos) return IdState::kZero;
  id = text::to_hex(given);
  return IdState::kGood;
}

Defects id_defects(IdState trace, IdState span, IdState parent) {
  Defects defects = 0;
  if (trace == IdState::kAbsent) defects = defects | Defect::kTraceIdAbsent;
  if (trace == IdState::kZero) defects = defects | Defect::kTraceIdZero;
  if (trace == IdState::kNotAnId) defects = defects | Defect::kTraceIdNotAnId;
  if (span == IdState::kAbsent) defects = defects | Defect::kSpanIdAbsent;
  if (span == IdState::kZero) defects = defects | Defect::kSpanIdZero;
  if (span == IdState::kNotAnId) defects = defects | Defect::kSpanIdNotAnId;
  if (parent == IdState::kNotAnId) defects = defects | Defect::kParentNotAnId;
  return defects;
}

void keep_last_of_each_key(std::vector<Attribute>& pool, std::size_t first) {
  const std::size_t count = pool.size() - first;
  std::size_t kept = first;
  if (count <= kPairwiseMax) {
    for (std::size_t i = first; i < pool.size(); ++i) {
      std::size_t at = first;
      while (at < kept && !same_key(pool[at], pool[i]))
        ++at;
      if (at == kept) {
        if (kept != i) pool[kept] = pool[i];
        ++kept;
      } else {
        pool[at].value = pool[i].value;
      }
    }
  } else {
    std::unordered_map<std::string_view, std::size_t> places;
    places.reserve(count);
    for (std::size_t i = first; i < pool.size(); ++i) {
      const auto [place, is_new] = places.try_emplace(pool[i].key, kept);
      if (is_new) {
        if (kept != i) pool[kept] = pool[i];
        ++kept;
      } else {
        pool[place->second].value = pool[i].value;
      }
    }
  }
  pool.resize(kept);
}

}  // namespace clew::ingest::otlp
