// One model definition ready for use: its patterns compiled, its tiers in the order they are tried.
#pragma once

#include <memory>
#include <string_view>

#include "ingest/enrich/model_definition.h"

namespace clew::ingest {

// Immutable; any thread.
class PricedModel {
 public:
  // `definition` has a default tier. Patterns that do not compile match nothing.
  PricedModel(ModelDefinition definition, bool is_builtin);
  ~PricedModel();

  const ModelDefinition& definition() const { return definition_; }
  bool is_builtin() const { return is_builtin_; }

  // Whether the match pattern is found in `name`.
  bool matches(std::string_view name) const;
  // How many characters of the match pattern stand for themselves from its start on; leading options, anchors and
  // optional groups are skipped. Of two patterns that match, the one with more is meant.
  std::size_t specificity() const { return specificity_; }

  // The tier that applies (contract/cost.md 6). `usage` is not empty; `model_parameters` is JSON or "".
  const PricingTier& select_tier(const domain::UsageMap& usage, std::string_view model_parameters,
                                 const domain::TextMap& metadata) const;

 private:
  struct Patterns;

  const ModelDefinition definition_;
  const bool is_builtin_;
  const std::size_t specificity_;
  const std::unique_ptr<const Patterns> patterns_;
};

}  // namespace clew::ingest
