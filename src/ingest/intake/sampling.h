// Keeping a share of the traces of chosen projects (contract/ingestion.md 12). Which traces stay is a function of their
// id, so that everything about one trace stays or goes, whenever and through whichever door it comes.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "ingest/decode/decoded_batch.h"

namespace clew::ingest {

class SampleRates {
 public:
  // "project:rate,project:rate", rates from 0 to 1. kInvalidArgument names the part that is not of this form.
  static Result<SampleRates> parse(std::string_view setting);

  // Null: nothing is left out.
  std::optional<double> of(std::string_view project_id) const;

 private:
  std::map<std::string, double, std::less<>> rates_;
};

// Whether a trace belongs to the share `rate` that is kept.
bool is_sampled(std::string_view trace_id, double rate);

// Takes away what `batch.context.sample_rate` leaves out; ids and errors for the answer stay. Items without a trace id
// are kept. A second call changes nothing.
void apply_sampling(DecodedBatch& batch);

}  // namespace clew::ingest
