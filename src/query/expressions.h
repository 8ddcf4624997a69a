// The SQL behind a Field, for each place where one can stand: a row of `observations`, a whole trace, the attribute
// record of a trace, a row of `scores`. The only file besides trace_sql and sql/ that spells column names of the store.
#pragma once

#include <cstdint>
#include <string_view>

#include "query/fields.h"

namespace clew::query {

// An observation that has not ended: an event never runs.
#define CLEW_IS_RUNNING "(isNull(end_time) AND type != 'EVENT')"

enum class ValueKind : std::uint8_t {
  kText,        // never null; '' is absent
  kNumber,      // may be null
  kTime,        // may be null
  kBoolean,     // 0 or 1
  kTextList,    // empty is absent
  kTextMap,     // metadata
  kScores,      // a trace's scores: needs a look-up of its own
  kPayload,     // text in `payloads`: needs a look-up of its own
  kUnavailable  // the field does not exist there
};

struct Expression {
  ValueKind kind = ValueKind::kUnavailable;
  std::string_view sql;
};

// Over a row of `observations`.
Expression row_expression(Field field);
// Over the derived columns of a trace (trace_sql.h).
Expression trace_expression(Field field);
// Over a row of `trace_attributes`; the value is NULL where the record says nothing. Only the fields in which a record
// overrides rows.
Expression record_expression(Field field);
// Over a row of `scores`.
Expression score_expression(Field field);

}  // namespace clew::query
