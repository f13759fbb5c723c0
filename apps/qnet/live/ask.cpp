#include "live/ask.hpp"

#include "control/api_token.hpp"
#include "control/client.hpp"
#include "control/mode.hpp"
#include "error.hpp"
#include "live/printable.hpp"

namespace qnet::cli {

namespace {

constexpr unsigned kDone = 200;
constexpr unsigned kNotFound = 404;

base::Result<std::string> body_of(base::Result<control::Fetched> answer, std::string_view otherwise) {
  if (!answer) return base::forward_error(answer);
  if (answer->status == kDone) return std::move(answer->body);
  if (answer->status == kNotFound && !otherwise.empty())
    return base::fail(Errc::refused, std::string(otherwise));
  return base::fail(Errc::refused, printable(control::reason_in(answer->body), false));
}

tl::unexpected<base::Error> no_qnet(const Settings& settings) {
  return base::fail(control::Errc::bad_answer,
                    std::string(kLoopback) + ":" + std::to_string(settings.status_port));
}

}  // namespace

base::Result<std::string> ask(const Settings& settings, std::string_view target) {
  return body_of(control::fetch(kLoopback, settings.status_port, target), {});
}

base::Result<Json> ask_status(const Settings& settings) {
  auto body = ask(settings, "/status");
  if (!body) return base::forward_error(body);
  boost::system::error_code error;
  auto value = boost::json::parse(*body, error);
  auto* const object = error ? nullptr : value.if_object();
  if (object == nullptr || text_in(*object, "state").empty()) return no_qnet(settings);
  return std::move(*object);
}

base::Result<std::string> ask_token(const Settings& settings) {
  if (const auto running = control::fetch(kLoopback, settings.status_port, "/ping"); !running)
    return tl::unexpected(running.error());
  return control::load_token(settings.state_dir, settings.status_port);
}

base::Result<std::string> ask_with_token(const Settings& settings, std::string_view target,
                                         std::string_view otherwise) {
  auto token = ask_token(settings);
  if (!token) return base::forward_error(token);
  return body_of(control::fetch_secret(kLoopback, settings.status_port, target, *token), otherwise);
}

base::Result<std::string> change(const Settings& settings, std::string_view target, std::string body,
                                 std::string_view otherwise) {
  auto token = ask_token(settings);
  if (!token) return base::forward_error(token);
  return body_of(control::post(kLoopback, settings.status_port, target, std::move(body), *token), otherwise);
}

base::Result<std::string> shown_json(std::string_view body) {
  boost::system::error_code error;
  const auto value = boost::json::parse(body, error);
  if (error) return base::fail(control::Errc::bad_answer, "it is no JSON");
  return shown_json(value);
}

std::string shown_json(const boost::json::value& value) {
  return printable_json(boost::json::serialize(value)) + "\n";
}

}  // namespace qnet::cli
