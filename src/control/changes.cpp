#include "control/changes.hpp"

#include <charconv>

#include <boost/json.hpp>

#include "control/json_values.hpp"
#include "control/qr_svg.hpp"

namespace qnet::control {

namespace {

namespace json = boost::json;

using Shared = std::shared_ptr<const Controls>;
using Answer = http::Reply (*)(const Controls&, const http::Request&, const http::Arguments&);

constexpr std::size_t kLines = 100;
constexpr std::size_t kMostLines = 1000;

http::Reply in_json(std::string text) { return {200, "application/json", std::move(text), {}}; }

http::Reply done() { return in_json("{}"); }

http::Reply refused(const base::Error& error) {
  return http::error_reply(400, error.message(), "Nothing was changed.");
}

http::Reply change_mode(const Controls& controls, const http::Request& request, const http::Arguments&) {
  if (!controls.set_hops) return http::error_reply(404, "Only a client has a mode.", "Ask a client.");
  const auto hops = hops_in(request.body);
  if (!hops) return http::error_reply(400, "This is no mode.", R"(Send {"hops": 3}, or 1 for fast mode.)");
  if (const auto set = controls.set_hops(*hops); !set) return refused(set.error());
  return in_json(mode_json(*hops));
}

/// The hops first: only they can be refused here, as change_in() has read the rest. Of a client, where hops
/// or countries are changed.
base::Result<void> apply(const Controls& controls, ConfigChange change) {
  if (change.hops)
    if (auto set = controls.set_hops(*change.hops); !set) return set;
  if (change.exit_countries)
    if (auto set = controls.set_exit_countries(std::move(*change.exit_countries)); !set) return set;
  return change.log_level ? controls.set_log_level(*change.log_level) : base::Result<void>();
}

http::Reply change_config(const Controls& controls, const http::Request& request, const http::Arguments&) {
  auto change = change_in(request.body);
  if (!change)
    return http::error_reply(400, "This is nothing that can be changed.",
                             R"(Send some of {"hops": 3, "exit_countries": ["SE"], "log_level": "info"}.)");
  if ((change->hops || change->exit_countries) && !controls.set_hops)
    return http::error_reply(400, "Only a client has hops and exit countries.", "Nothing was changed.");
  if (const auto set = apply(controls, std::move(*change)); !set) return refused(set.error());
  return in_json(config_json(controls.config()));
}

http::Reply logs(const Controls& controls, const http::Request&, const http::Arguments& arguments) {
  const auto text = http::value_of(arguments.query, "tail");
  std::size_t lines = kLines;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), lines);
  const bool number = error == std::errc() && end == text.data() + text.size();
  if (!text.empty() && (!number || lines == 0 || lines > kMostLines))
    return http::error_reply(400, "This is no number of lines.", "Ask for /logs?tail=1 to /logs?tail=1000.");
  return {200, "text/plain; charset=utf-8", controls.log_tail(lines), {}};
}

http::Reply proxy(const Controls& controls, const http::Request&, const http::Arguments&) {
  const auto access = controls.proxy();
  return in_json(json::serialize(json::object{{"address", access.address},
                                              {"user", text_or_null(access.user)},
                                              {"password", text_or_null(access.password)}}));
}

http::Reply invite(const Controls& controls, const http::Request&, const http::Arguments&) {
  const auto link = controls.invite();
  return in_json(json::serialize(json::object{{"link", link}, {"qr_svg", qr_svg(link)}}));
}

http::Reply take_invite(const Controls& controls, const http::Request& request, const http::Arguments&) {
  boost::system::error_code error;
  const auto value = json::parse(request.body, error);
  const auto* const object = error ? nullptr : value.if_object();
  const auto* const link = object == nullptr ? nullptr : object->if_contains("link");
  const auto* const text = link == nullptr ? nullptr : link->if_string();
  if (text == nullptr || object->size() != 1)
    return http::error_reply(400, "This is no invite.", R"(Send {"link": "qnet://…"}.)");
  if (const auto added = controls.add_invite(std::string(*text)); !added) return refused(added.error());
  return done();
}

void add(std::vector<http::Route>& all, const Shared& controls, std::string_view method,
         std::string_view path, Answer answer) {
  all.push_back({method, path,
                 [controls, answer](const http::Request& request, const http::Arguments& arguments) {
                   return answer(*controls, request, arguments);
                 },
                 http::Access::operators});
}

}  // namespace

void add_changes(std::vector<http::Route>& all, const Shared& controls) {
  add(all, controls, "POST", "/mode", change_mode);  // everywhere, as everybody may read it
  if (controls->config && controls->set_log_level) add(all, controls, "POST", "/config", change_config);
  if (controls->log_tail) add(all, controls, "GET", "/logs", logs);
  if (controls->proxy) add(all, controls, "GET", "/proxy", proxy);
  if (controls->invite) add(all, controls, "GET", "/invite", invite);
  if (controls->add_invite) add(all, controls, "POST", "/invite", take_invite);
  if (controls->new_path)
    add(all, controls, "POST", "/circuit/new",
        [](const Controls& offered, const http::Request&, const http::Arguments&) {
          offered.new_path();
          return done();
        });
  if (controls->disconnect)
    add(all, controls, "POST", "/stop",
        [](const Controls& offered, const http::Request&, const http::Arguments&) {
          offered.disconnect();
          return done();
        });
  if (controls->connect)
    add(all, controls, "POST", "/start",
        [](const Controls& offered, const http::Request&, const http::Arguments&) {
          offered.connect();
          return done();
        });
}

}  // namespace qnet::control
