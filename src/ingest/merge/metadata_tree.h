// Metadata of one record while messages about it arrive in any order: a JSON object of which every leaf knows which
// message wrote it (contract/ingestion.md 7.1 and 7.5).
//
// The visible object is what a deep merge in clock order gives: objects are merged key by key, everything else (lists
// too) replaces, an object replaces a scalar and the other way round. Keys are kept sorted, so that the result does not
// depend on arrival.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "base/json.h"
#include "base/result.h"
#include "ingest/merge/message_clock.h"

namespace clew::ingest {

class MetadataTree {
 public:
  // Merges one message's metadata. False: nothing in it was newer than what is here.
  bool merge(const json::Object& metadata, const MessageClock& clock);

  json::Object value() const;
  bool empty() const { return root_.children.empty(); }

  void for_each_clock(const std::function<void(const MessageClock&)>& visit) const;

  // The form kept in the state text, in which a clock is a number: its place in the state's list of messages.
  json::Value to_json(const std::function<std::size_t(const MessageClock&)>& index_of) const;
  // kCorruption: not the form of to_json.
  static Result<MetadataTree> parse(const json::Value& value,
                                    const std::function<const MessageClock*(const json::Value&)>& clock_at);

 private:
  struct Node {
    // The newest write of something that is not an object. While newer children exist only the clock matters: it keeps
    // older children away that arrive late.
    std::optional<MessageClock> leaf_clock;
    json::Value leaf;
    // The newest write of an empty object, which leaves no children to remember it.
    std::optional<MessageClock> object_clock;
    std::map<std::string, Node, std::less<>> children;

    bool is_object() const { return object_clock || !children.empty(); }
    bool forgotten() const { return !leaf_clock && !is_object(); }
  };

  static bool write(Node& node, const json::Value& value, const MessageClock& clock, std::size_t depth);
  static bool write_leaf(Node& node, const json::Value& value, const MessageClock& clock);
  static bool write_object(Node& node, const json::Object& object, const MessageClock& clock, std::size_t depth);
  static void forget_before(Node& node, const MessageClock& clock);
  static json::Value value_of(const Node& node);
  static void visit_clocks(const Node& node, const std::function<void(const MessageClock&)>& visit);
  static json::Value node_json(const Node& node, const std::function<std::size_t(const MessageClock&)>& index_of);
  static bool parse_node(Node& node, const json::Value& value,
                         const std::function<const MessageClock*(const json::Value&)>& clock_at);

  Node root_;
};

}  // namespace clew::ingest
