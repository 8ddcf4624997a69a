// Text of real documents (prose and source code), cut into pieces for the inputs and outputs of a load. Invented text
// compresses and tokenises unlike anything people send.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "bench/random.h"

namespace clew::bench {

class Corpus {
 public:
  // Reads *.md, *.cc and *.py below `folders` (build results and packages left out), files of valid UTF-8 only, up to
  // 64 MB. kNotFound: less than a megabyte was found.
  static Result<Corpus> load(const std::vector<std::string>& folders);
  // This repository, its specification when it lies beside it, and Python's library.
  static std::vector<std::string> default_folders();

  // About `bytes` of consecutive text from a random place, whole characters.
  std::string_view piece(Random& random, std::size_t bytes) const;

  std::size_t bytes() const { return text_.size(); }
  std::size_t files() const { return files_; }

 private:
  std::string text_;
  std::size_t files_ = 0;
};

}  // namespace clew::bench
