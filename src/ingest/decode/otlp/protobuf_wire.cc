// The protobuf encoding. Field numbers: contract/otlp.md. Fields of an unexpected wire type are skipped, so a message
// of another kind (logs, say) reads as spans without ids and is refused for that.
#include <bit>

#include <protozero/exception.hpp>
#include <protozero/pbf_reader.hpp>

#include "base/text.h"
#include "ingest/decode/otlp/wire.h"

namespace clew::ingest::otlp {

namespace {

using protozero::pbf_reader;
using protozero::pbf_wire_type;

constexpr auto kBytes = pbf_wire_type::length_delimited;
constexpr auto kVarint = pbf_wire_type::varint;
constexpr auto kFixed64 = pbf_wire_type::fixed64;

constexpr std::uint32_t field(std::uint32_t number, pbf_wire_type type) {
  return protozero::tag_and_type(number, type);
}

std::string_view view_of(pbf_reader& reader) {
  const protozero::data_view view = reader.get_view();
  return {view.data(), view.size()};
}

class Reader {
 public:
  explicit Reader(Request& request) : request_(request) {}

  void read_request(pbf_reader reader) {
    while (reader.next()) {
      if (reader.tag_and_type() == field(1, kBytes)) {
        read_resource_spans(reader.get_message());
      } else {
        reader.skip();
      }
    }
  }

 private:
  void read_resource_spans(pbf_reader reader) {
    ResourceGroup group;
    while (reader.next()) {
      switch (reader.tag_and_type()) {
        case field(1, kBytes):
          read_resource(reader.get_message(), group);
          break;
        case field(2, kBytes):
          read_scope_spans(reader.get_message(), group);
          break;
        default:
          reader.skip();
      }
    }
    keep_last_of_each_key(group.attributes, 0);
    request_.resources.push_back(std::move(group));
  }

  void read_scope_spans(pbf_reader reader, ResourceGroup& resource) {
    ScopeGroup group;
    while (reader.next()) {
      switch (reader.tag_and_type()) {
        case field(1, kBytes):
          read_scope(reader.get_message(), group.scope);
          break;
        case field(2, kBytes):
          read_span(reader.get_message(), group.spans.emplace_back());
          break;
        default:
          reader.skip();
      }
    }
    resource.scopes.push_back(std::move(group));
  }

  void read_scope(pbf_reader reader, Scope& scope) {
    while (reader.next()) {
      switch (reader.tag_and_type()) {
        case field(1, kBytes):
          scope.name = read_text(reader);
          break;
        case field(2, kBytes):
          scope.version = read_text(reader);
          break;
        case field(3, kBytes):
          read_attribute(reader.get_message(), scope.attributes);
          break;
        default:
          reader.skip();
      }
    }
    keep_last_of_each_key(scope.attributes, 0);
  }

  void read_span(pbf_reader reader, Span& span) {
    span.attributes.first = request_.span_attributes.size();
    span.events.first = request_.events.size();
    IdState trace = IdState::kAbsent, own = IdState::kAbsent, parent = IdState::kAbsent;
    while (reader.next()) {
      switch (reader.tag_and_type()) {
        case field(1, kBytes):
          trace = take_id_bytes(view_of(reader), span.trace_id);
          break;
        case field(2, kBytes):
          own = take_id_bytes(view_of(reader), span.span_id);
          break;
        case field(4, kBytes):
          parent = take_id_bytes(view_of(reader), span.parent_span_id);
          break;
        case field(5, kBytes):
          span.name = read_text(reader);
          break;
        case field(7, kFixed64):
          span.start_ns = time_of(reader.get_fixed64());
          break;
        case field(8, kFixed64):
          span.end_ns = time_of(reader.get_fixed64());
          break;
        case field(9, kBytes):
          read_attribute(reader.get_message(), request_.span_attributes);
          break;
        case field(11, kBytes):
          read_event(reader.get_message());
          break;
        case field(15, kBytes):
          read_status(reader.get_message(), span);
          break;
        default:
          reader.skip();
      }
    }
    keep_last_of_each_key(request_.span_attributes, span.attributes.first);
    span.attributes.count = request_.span_attributes.size() - span.attributes.first;
    span.events.count = request_.events.size() - span.events.first;
    span.defects = id_defects(trace, own, parent);
  }

  // Zero is how the encoding says "not given".
  static std::optional<std::int64_t> time_of(std::uint64_t ns) {
    if (ns == 0) return std::nullopt;
    return ns > std::numeric_limits<std::int64_t>::max() ? std::numeric_limits<std::int64_t>::max()
                                                         : static_cast<std::int64_t>(ns);
  }

  void read_status(pbf_reader reader, Span& span) {
    while (reader.next()) {
      switch (reader.tag_and_type()) {
        case field(2, kBytes):
          span.status_message = read_text(reader);
          break;
        case field(3, kVarint):
          span.is_error = reader.get_enum() == 2;
          break;
        default:
          reader.skip();
      }
    }
  }

  void read_event(pbf_reader reader) {
    Event event;
    event.attributes.first = request_.event_attributes.size();
    while (reader.next()) {
      switch (reader.tag_and_type()) {
        case field(1, kFixed64):
          event.time_ns = time_of(reader.get_fixed64()).value_or(0);
          break;
        case field(2, kBytes):
          event.name = read_text(reader);
          break;
        case field(3, kBytes):
          read_attribute(reader.get_message(), request_.event_attributes);
          break;
        default:
          reader.skip();
      }
    }
    keep_last_of_each_key(request_.event_attributes, event.attributes.first);
    event.attributes.count = request_.event_attributes.size() - event.attributes.first;
    request_.events.push_back(event);
  }

  void read_resource(pbf_reader reader, ResourceGroup& group) {
    while (reader.next()) {
      if (reader.tag_and_type() == field(1, kBytes)) {
        read_attribute(reader.get_message(), group.attributes);
      } else {
        reader.skip();
      }
    }
  }

  void read_attribute(pbf_reader reader, std::vector<Attribute>& out) {
    Attribute attribute;
    while (reader.next()) {
      switch (reader.tag_and_type()) {
        case field(1, kBytes):
          attribute.key = read_text(reader);
          break;
        case field(2, kBytes):
          attribute.value = read_value(reader.get_message());
          break;
        default:
          reader.skip();
      }
    }
    if (attribute.value.kind != Value::Kind::kNone) out.push_back(attribute);
  }

  Value read_value(pbf_reader reader) {
    Value value;
    while (reader.next()) {
      switch (reader.tag_and_type()) {
        case field(1, kBytes):
          value = Value::of_text(read_text(reader));
          break;
        case field(2, kVarint):
          value = Value::of_bool(reader.get_bool());
          break;
        case field(3, kVarint):
          value = Value::of_int(reader.get_int64());
          break;
        case field(4, kFixed64):
          value = Value::of_double(std::bit_cast<double>(reader.get_fixed64()));
          break;
        case field(5, kBytes):
          value = Value::of_json(request_.keep(read_list(reader.get_message(), 1)));
          break;
        case field(6, kBytes):
          value = Value::of_json(request_.keep(read_map(reader.get_message(), 1)));
          break;
        case field(7, kBytes):
          value = Value::of_text(request_.keep(text::to_base64(view_of(reader))));
          break;
        default:
          reader.skip();
      }
    }
    return value;
  }

  json::Value read_list(pbf_reader reader, int depth) {
    json::Array list;
    while (reader.next()) {
      if (reader.tag_and_type() == field(1, kBytes)) {
        list.push_back(read_nested(reader.get_message(), depth));
      } else {
        reader.skip();
      }
    }
    return list;
  }

  json::Value read_map(pbf_reader reader, int depth) {
    json::Object map;
    while (reader.next()) {
      if (reader.tag_and_type() == field(1, kBytes)) {
        read_map_entry(reader.get_message(), depth, map);
      } else {
        reader.skip();
      }
    }
    return map;
  }

  void read_map_entry(pbf_reader reader, int depth, json::Object& map) {
    std::string_view key;
    json::Value value;
    while (reader.next()) {
      switch (reader.tag_and_type()) {
        case field(1, kBytes):
          key = read_text(reader);
          break;
        case field(2, kBytes):
          value = read_nested(reader.get_message(), depth);
          break;
        default:
          reader.skip();
      }
    }
    map[key] = std::move(value);
  }

  json::Value read_nested(pbf_reader reader, int depth) {
    if (depth >= kValueDepthMax) return nullptr;
    json::Value value;
    while (reader.next()) {
      switch (reader.tag_and_type()) {
        case field(5, kBytes):
          value = read_list(reader.get_message(), depth + 1);
          break;
        case field(6, kBytes):
          value = read_map(reader.get_message(), depth + 1);
          break;
        case field(1, kBytes):
          value = read_text(reader);
          break;
        case field(2, kVarint):
          value = reader.get_bool();
          break;
        case field(3, kVarint):
          value = reader.get_int64();
          break;
        case field(4, kFixed64):
          value = to_json(Value::of_double(std::bit_cast<double>(reader.get_fixed64())));
          break;
        case field(7, kBytes):
          value = json::Value(text::to_base64(view_of(reader)));
          break;
        default:
          reader.skip();
      }
    }
    return value;
  }

  std::string_view read_text(pbf_reader& reader) { return request_.keep_utf8(view_of(reader)); }

  Request& request_;
};

}  // namespace

Result<std::unique_ptr<Request>> read_protobuf(std::string_view body) {
  auto request = std::make_unique<Request>();
  try {
    Reader(*request).read_request(pbf_reader(body.data(), body.size()));
  } catch (const protozero::exception&) {
    return Error{Errc::kInvalidArgument, "Failed to parse OTel Protobuf Trace"};
  }
  return request;
}

}  // namespace clew::ingest::otlp
