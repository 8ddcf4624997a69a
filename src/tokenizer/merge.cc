#include "tokenizer/merge.h"

#include <array>
#include <functional>
#include <queue>

namespace clew::tokenizer {

namespace {

constexpr std::uint32_t kNone = Vocabulary::kNone;
// Up to here looking at all pairs again after each merge is faster than keeping them ordered.
constexpr std::size_t kShort = 64;

struct Part {
  std::uint32_t begin;
  std::uint32_t rank;  // of this part joined with the next one
};

std::size_t merge_short(const Vocabulary& vocabulary, std::string_view piece) {
  std::array<Part, kShort + 1> parts;
  std::size_t count = piece.size();
  for (std::size_t i = 0; i <= count; ++i) {
    parts[i] = {static_cast<std::uint32_t>(i), i + 1 < count ? vocabulary.rank(piece.substr(i, 2)) : kNone};
  }
  // The rank of parts i and i + 1 joined; parts[count] is the end.
  const auto joined = [&](std::size_t i) {
    return i + 2 <= count ? vocabulary.rank(piece.substr(parts[i].begin, parts[i + 2].begin - parts[i].begin)) : kNone;
  };
  while (count > 1) {
    std::size_t best = 0;
    for (std::size_t i = 1; i + 1 < count; ++i) {
      if (parts[i].rank < parts[best].rank) best = i;
    }
    if (parts[best].rank == kNone) break;
    for (std::size_t i = best + 1; i < count; ++i)
      parts[i] = parts[i + 1];
    --count;
    parts[best].rank = joined(best);
    if (best > 0) parts[best - 1].rank = joined(best - 1);
  }
  return count;
}

// Parts as a linked list, pairs in a heap; entries of pairs that are gone are skipped when they come up.
class LongMerge {
 public:
  LongMerge(const Vocabulary& vocabulary, std::string_view piece)
      : vocabulary_(vocabulary), piece_(piece), parts_(piece.size() + 1) {
    const auto size = static_cast<std::uint32_t>(piece.size());
    for (std::uint32_t i = 0; i <= size; ++i)
      parts_[i] = {.previous = i == 0 ? kNone : i - 1, .next = i == size ? kNone : i + 1};
    for (std::uint32_t i = 0; i < size; ++i)
      offer(i);
  }

  std::size_t run() {
    std::size_t count = piece_.size();
    while (!pairs_.empty()) {
      const Pair pair = pairs_.top();
      pairs_.pop();
      if (parts_[pair.begin].rank != pair.rank) continue;
      join(pair.begin);
      --count;
    }
    return count;
  }

 private:
  struct Node {
    std::uint32_t previous, next;
    std::uint32_t rank = kNone;  // of this part joined with the next one; kNone also for parts that are gone
  };
  struct Pair {
    std::uint32_t rank, begin;
    bool operator>(const Pair& other) const { return rank != other.rank ? rank > other.rank : begin > other.begin; }
  };

  void offer(std::uint32_t begin) {
    Node& part = parts_[begin];
    const std::uint32_t second = part.next;
    const std::uint32_t end = second == kNone ? kNone : parts_[second].next;
    part.rank = end == kNone ? kNone : vocabulary_.rank(piece_.substr(begin, end - begin));
    if (part.rank != kNone) pairs_.push({part.rank, begin});
  }

  void join(std::uint32_t begin) {
    const std::uint32_t gone = parts_[begin].next;
    parts_[begin].next = parts_[gone].next;
    parts_[parts_[gone].next].previous = begin;
    parts_[gone].rank = kNone;
    offer(begin);
    if (parts_[begin].previous != kNone) offer(parts_[begin].previous);
  }

  const Vocabulary& vocabulary_;
  const std::string_view piece_;
  std::vector<Node> parts_;
  std::priority_queue<Pair, std::vector<Pair>, std::greater<>> pairs_;
};

}  // namespace

std::size_t merged_tokens(const Vocabulary& vocabulary, std::string_view piece) {
  if (piece.size() < 2) return piece.size();
  if (vocabulary.rank(piece) != kNone) return 1;
  return piece.size() <= kShort ? merge_short(vocabulary, piece) : LongMerge(vocabulary, piece).run();
}

}  // namespace clew::tokenizer
