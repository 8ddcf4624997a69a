#include "bench/corpus.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/text.h"

namespace clew::bench {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kBytesMax = 64ULL << 20;
constexpr std::size_t kBytesMin = 1ULL << 20;

bool skipped_folder(const fs::path& path) {
  static constexpr std::array<std::string_view, 3> kNames = {"build", "node_modules", "third_party"};
  const std::string name = path.filename().string();
  return name.starts_with('.') || std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

bool wanted_file(const fs::path& path) {
  const std::string ending = path.extension().string();
  return ending == ".md" || ending == ".cc" || ending == ".py";
}

std::vector<fs::path> list_files(const std::string& folder) {
  std::vector<fs::path> out;
  std::error_code ec;
  for (fs::recursive_directory_iterator at(folder, fs::directory_options::skip_permission_denied, ec), end;
       !ec && at != end; at.increment(ec)) {
    if (at->is_directory(ec) && skipped_folder(at->path())) {
      at.disable_recursion_pending();
    } else if (at->is_regular_file(ec) && wanted_file(at->path())) {
      out.push_back(at->path());
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

bool is_continuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

}  // namespace

Result<Corpus> Corpus::load(const std::vector<std::string>& folders) {
  Corpus corpus;
  for (const std::string& folder : folders) {
    for (const fs::path& path : list_files(folder)) {
      std::ifstream file(path, std::ios::binary);
      std::string text{std::istreambuf_iterator<char>(file), {}};
      if (text.find('\0') != std::string::npos || !text::is_utf8(text)) continue;
      if (corpus.text_.size() + text.size() > kBytesMax) break;
      corpus.text_ += text;
      ++corpus.files_;
    }
  }
  if (corpus.text_.size() < kBytesMin) {
    return Error{Errc::kNotFound, "less than a megabyte of text for payloads; name folders with --corpus"};
  }
  return corpus;
}

std::vector<std::string> Corpus::default_folders() {
  std::vector<std::string> out = {CLEW_SOURCE_DIR, CLEW_SOURCE_DIR "/../shared"};
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator("/usr/lib", ec)) {
    if (entry.path().filename().string().starts_with("python3")) out.push_back(entry.path().string());
  }
  std::sort(out.begin() + 2, out.end());
  return out;
}

std::string_view Corpus::piece(Random& random, std::size_t bytes) const {
  bytes = std::min(bytes, text_.size() / 2);
  std::size_t begin = random.below(text_.size() - bytes);
  while (begin < text_.size() && is_continuation(text_[begin]))
    ++begin;
  std::size_t end = std::min(begin + bytes, text_.size());
  while (end < text_.size() && is_continuation(text_[end]))
    ++end;
  return std::string_view(text_).substr(begin, end - begin);
}

}  // namespace clew::bench
