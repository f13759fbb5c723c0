#include "protocol/http/route_table.hpp"

#include <stdexcept>

#include <gtest/gtest.h>

namespace qnet::http {
namespace {

const RouteTable& table() {
  static const RouteTable routes({{"GET", "/"},
                                  {"GET", "/relays"},
                                  {"POST", "/relays"},
                                  {"GET", "/relays/own"},
                                  {"GET", "/relays/{peer}"},
                                  {"DELETE", "/relays/{peer}"},
                                  {"PUT", "/relays/{peer}/streams/{stream}"}});
  return routes;
}

/// "GET /relays", "405 GET, HEAD" or "404".
std::string answer(std::string_view method, std::string_view path) {
  const auto match = table().find(method, path);
  if (const auto* const wrong = std::get_if<RouteTable::WrongMethod>(&match)) return "405 " + wrong->allow;
  const auto* const found = std::get_if<RouteTable::Found>(&match);
  if (found == nullptr) return "404";
  const auto& route = table().routes()[found->route];
  return std::string(route.method) + " " + std::string(route.path);
}

Parameters in_path(std::string_view method, std::string_view path) {
  const auto match = table().find(method, path);
  const auto* const found = std::get_if<RouteTable::Found>(&match);
  EXPECT_NE(found, nullptr) << path;
  return found == nullptr ? Parameters{} : found->in_path;
}

TEST(RouteTable, finds_a_route_by_method_and_path) {
  EXPECT_EQ(answer("GET", "/"), "GET /");
  EXPECT_EQ(answer("GET", "/relays"), "GET /relays");
  EXPECT_EQ(answer("POST", "/relays"), "POST /relays");
  for (const auto* path :
       {"/relay", "/relays/", "/relays//", "//relays", "/Relays", "/relays/a/streams", "", "relays"})
    EXPECT_EQ(answer("GET", path), "404") << path;
}

TEST(RouteTable, answers_head_wherever_get_is) {
  EXPECT_EQ(answer("HEAD", "/relays"), "GET /relays");
  EXPECT_EQ(answer("HEAD", "/relays/a/streams/b"), "405 PUT");
}

TEST(RouteTable, tells_every_method_that_a_path_has) {
  EXPECT_EQ(answer("PUT", "/relays"), "405 GET, HEAD, POST");
  EXPECT_EQ(answer("POST", "/relays/a"), "405 GET, HEAD, DELETE");
  EXPECT_EQ(answer("POST", "/relays/own"), "405 GET, HEAD, DELETE");
  EXPECT_EQ(answer("get", "/"), "405 GET, HEAD");
  EXPECT_EQ(answer("OPTIONS", "/"), "405 GET, HEAD");
}

TEST(RouteTable, gives_the_parameters_of_a_path_decoded) {
  EXPECT_EQ(in_path("GET", "/relays/a%20b"), (Parameters{{"peer", "a b"}}));
  EXPECT_EQ(in_path("PUT", "/relays/x/streams/7"), (Parameters{{"peer", "x"}, {"stream", "7"}}));
  EXPECT_TRUE(in_path("GET", "/relays").empty());
}

TEST(RouteTable, an_encoded_slash_divides_no_path) {
  EXPECT_EQ(in_path("GET", "/relays/a%2Fb"), (Parameters{{"peer", "a/b"}}));
  EXPECT_EQ(answer("PUT", "/relays/a%2Fstreams%2Fb"), "405 GET, HEAD, DELETE");
}

TEST(RouteTable, compares_literal_segments_decoded) { EXPECT_EQ(answer("GET", "/%72elays"), "GET /relays"); }

TEST(RouteTable, a_parameter_is_never_empty) { EXPECT_EQ(answer("PUT", "/relays//streams/7"), "404"); }

TEST(RouteTable, the_first_of_several_patterns_answers) {
  EXPECT_EQ(answer("GET", "/relays/own"), "GET /relays/own");
  EXPECT_EQ(answer("DELETE", "/relays/own"), "DELETE /relays/{peer}");
}

TEST(RouteTable, has_no_route_for_a_path_of_any_length) {
  std::string path;
  for (int i = 0; i < 4000; ++i) path += "/a";
  EXPECT_EQ(answer("GET", path), "404");
}

TEST(RouteTable, refuses_routes_out_of_form) {
  std::string long_path;
  for (std::size_t i = 0; i <= RouterLimits::segments; ++i) long_path += "/a";
  for (const auto& [method, path] : std::vector<RouteKey>{{"", "/a"},
                                                          {"HEAD", "/a"},
                                                          {"GET", ""},
                                                          {"GET", "a"},
                                                          {"GET", "/{}"},
                                                          {"GET", "/{a"},
                                                          {"GET", "/a}"},
                                                          {"GET", "/{a}b"},
                                                          {"GET", "/{a{b}"},
                                                          {"GET", "/a?b"},
                                                          {"GET", "/a%20b"},
                                                          {"GET", long_path}})
    EXPECT_THROW(RouteTable({{method, path}}), std::invalid_argument) << method << " " << path;
  EXPECT_THROW(RouteTable({{"GET", "/a"}, {"GET", "/a"}}), std::invalid_argument);
}

TEST(Query, fits_when_each_parameter_is_known_valid_and_there_once) {
  constexpr std::array<QueryParameter, 2> known{{
      {"country", [](std::string_view value) { return value.size() == 2; }},
      {"all", [](std::string_view value) { return value.empty(); }},
  }};
  EXPECT_TRUE(fits({}, known));
  EXPECT_TRUE(fits({{"all", ""}, {"country", "SE"}}, known));
  EXPECT_FALSE(fits({{"country", "SWE"}}, known));
  EXPECT_FALSE(fits({{"land", "SE"}}, known));
  EXPECT_FALSE(fits({{"country", "SE"}, {"country", "SE"}}, known));
  EXPECT_FALSE(fits({{"country", "SE"}}, {}));
}

}  // namespace
}  // namespace qnet::http
