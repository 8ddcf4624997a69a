// Cuts text into the pieces that are merged on their own, by the encoding's regular expression.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace clew::tokenizer {

// Immutable once made; any thread.
class Splitter {
 public:
  // kInvalidArgument: not a pattern.
  static Result<std::unique_ptr<Splitter>> create(const std::string& pattern);
  ~Splitter();

  // Calls `piece` with every match in order. `utf8` is valid UTF-8. False: the engine gave up at one of its limits.
  bool split(std::string_view utf8, const std::function<void(std::string_view piece)>& piece) const;

 private:
  struct Code;
  explicit Splitter(std::unique_ptr<Code> code);
  std::unique_ptr<Code> code_;
};

}  // namespace clew::tokenizer
