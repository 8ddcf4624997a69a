// Which items of some requests the store refuses for what they are: found by halving, so that a bad one costs about
// twice the logarithm of how many there are, and the others are stored.
#include <algorithm>
#include <span>

#include "ingest/intake/items.h"
#include "ingest/worker/worker.h"

namespace clew::ingest {

namespace {

// After so many bad items of one request, or of all, what the store refuses of a request is put aside in one piece:
// something is wrong with all of it, and finding out for each item would hold up everybody else.
constexpr std::size_t kAloneOfRequestMax = 16, kAloneMax = 128;

}  // namespace

class IngestWorker::Refusals {
 public:
  Refusals(IngestWorker& worker, const std::vector<LogRecord>& records, std::vector<DecodedRecord> decoded)
      : worker_(worker), records_(records), decoded_(std::move(decoded)), refused_(decoded_.size()) {}

  bool store() {
    std::vector<Piece> all;
    for (std::size_t i = 0; i < decoded_.size(); ++i)
      all.push_back({.record = i, .begin = 0, .end = item_count(*decoded_[i].batch)});
    return store_halves(all);
  }

  void bury() const {
    for (std::size_t i = 0; i < decoded_.size(); ++i) {
      const Refused& refused = refused_[i];
      if (refused.items.empty()) continue;
      const DecodedBatch& batch = *decoded_[i].batch;
      // One that is refused whole stays as it is.
      const bool is_whole = refused.items.size() == item_count(batch) && batch.context.items.empty();
      std::vector<std::string> names;
      for (std::size_t at = 0; !is_whole && at < refused.items.size(); ++at)
        names.push_back(item_name(batch, refused.items[at]));
      worker_.bury(decoded_[i].position, "refused", refused.error, names);
    }
  }

 private:
  // Items of one record.
  struct Piece {
    std::size_t record = 0, begin = 0, end = 0;
    std::size_t items() const { return end - begin; }
  };
  struct Refused {
    std::vector<std::size_t> items;  // ordinals
    std::string error;               // of the first
  };

  bool is_given_up(const Piece& piece) const {
    return alone_ >= kAloneMax || refused_[piece.record].items.size() >= kAloneOfRequestMax;
  }

  // In log order: what comes later in a request is merged into what came before.
  bool store(std::span<const Piece> pieces) {
    Job job{.records = records_, .input = FlushInput(inputs_of(pieces))};
    std::string poison;
    if (worker_.keep_trying(job, false, &poison)) {
      worker_.publish(*job.flush);
      return true;
    }
    if (poison.empty()) return false;
    const Piece& first = pieces.front();
    if (pieces.size() > 1 || (first.items() > 1 && !is_given_up(first))) return store_halves(pieces);
    ++alone_;
    Refused& refused = refused_[first.record];
    if (refused.items.empty()) refused.error = poison;
    for (std::size_t ordinal = first.begin; ordinal < first.end; ++ordinal)
      refused.items.push_back(ordinal);
    return true;
  }

  bool store_halves(std::span<const Piece> pieces) {
    if (pieces.empty()) return true;
    if (pieces.size() > 1) {
      const std::size_t middle = pieces.size() / 2;
      return store(pieces.first(middle)) && store(pieces.subspan(middle));
    }
    const Piece whole = pieces.front();
    if (whole.items() < 2 || is_given_up(whole)) return store(pieces);
    const std::size_t middle = whole.begin + whole.items() / 2;
    const Piece left{.record = whole.record, .begin = whole.begin, .end = middle};
    const Piece right{.record = whole.record, .begin = middle, .end = whole.end};
    return store({&left, 1}) && store({&right, 1});
  }

  // Copies: what becomes of them is needed again when the store refuses them.
  std::vector<DecodedRecord> inputs_of(std::span<const Piece> pieces) const {
    std::vector<DecodedRecord> out;
    for (const Piece& piece : pieces) {
      const DecodedRecord& record = decoded_[piece.record];
      out.push_back({.position = record.position,
                     .batch = std::make_shared<DecodedBatch>(items_within(*record.batch, piece.begin, piece.end)),
                     .version = record.version,
                     .items_begin = piece.begin,
                     .items_end = piece.end,
                     .items = item_count(*record.batch)});
    }
    return out;
  }

  IngestWorker& worker_;
  const std::vector<LogRecord>& records_;
  const std::vector<DecodedRecord> decoded_;
  std::vector<Refused> refused_;  // by record
  std::size_t alone_ = 0;         // pieces that were put aside
};

bool IngestWorker::store_apart(const std::vector<LogRecord>& records) {
  auto decoded = decode(records, false);  // the failed flush has consumed the attachments
  if (!decoded) return false;
  Refusals refusals(*this, records, *std::move(decoded));
  if (!refusals.store()) return false;
  refusals.bury();
  return true;
}

}  // namespace clew::ingest
