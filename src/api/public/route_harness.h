// For tests of routes: calls the handler behind a path as the dispatcher would once it knows who is asking.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/endpoint.h"
#include "base/json.h"
#include "base/text.h"

namespace clew::api {

class RouteHarness : public Endpoints {
 public:
  void add(Route route, Handler handler) override { routes_.emplace_back(std::move(route), std::move(handler)); }
  void add_deferred(Route, DeferredHandler) override {}

  struct Answer {
    int status = 0;
    json::Value body;

    // The value at a path of keys and list indexes, "data/0/id"; null when there is none.
    const json::Value& at(std::string_view path) const {
      static const json::Value kNone;
      const json::Value* value = &body;
      for (const std::string_view part : text::split(path, '/')) {
        if (value->is_array()) {
          const std::size_t index = std::stoul(std::string(part));
          if (index >= value->get_array().size()) return kNone;
          value = &value->get_array()[index];
        } else {
          value = json::find(*value, part);
          if (!value) return kNone;
        }
      }
      return *value;
    }
    std::string text(std::string_view path) const {
      const json::Value& value = at(path);
      return value.is_string() ? std::string(value.get_string()) : json::to_text(value);
    }
    bool has(std::string_view object, std::string_view key) const {
      return json::find(object.empty() ? body : at(object), key) != nullptr;
    }
    std::size_t size(std::string_view path) const { return at(path).is_array() ? at(path).get_array().size() : 0; }
  };

  Answer get(std::string_view path, std::string_view query = {}) { return call(http::Method::kGet, path, query); }

  Answer call(http::Method method, std::string_view path, std::string_view query = {}, std::string body = {}) {
    for (auto& [route, handler] : routes_) {
      auto params = match(route, method, path);
      if (!params) continue;
      http::Request request;
      request.method = method;
      request.path = path;
      request.query = query;
      request.body = std::move(body);
      domain::Principal who;
      who.kind = domain::PrincipalKind::kProjectKey;
      who.project_id = project;
      Context context{
          .request = request, .query = http::Query(query), .principal = who, .path_params = *std::move(params)};
      const Result<http::Response> result = handler(context);
      const http::Response response = result ? *result : error_response(route.errors, result.error(), "request-1");
      auto parsed = json::parse(response.body);
      return {response.status, parsed ? *std::move(parsed) : json::Value(response.body)};
    }
    return {404, json::Value("no route")};
  }

  std::string project = "p1";

 private:
  static std::optional<std::vector<std::pair<std::string, std::string>>> match(const Route& route, http::Method method,
                                                                               std::string_view path) {
    const auto pattern = text::split(route.pattern, '/');
    const auto parts = text::split(path, '/');
    if (route.method != method || pattern.size() != parts.size()) return {};
    std::vector<std::pair<std::string, std::string>> params;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (pattern[i].starts_with('{')) {
        params.emplace_back(pattern[i].substr(1, pattern[i].size() - 2),
                            text::percent_decode(parts[i], false).value_or(""));
      } else if (pattern[i] != parts[i]) {
        return {};
      }
    }
    return params;
  }

  std::vector<std::pair<Route, Handler>> routes_;
};

}  // namespace clew::api
