#include "network/directory_server/api.hpp"

#include <span>

#include <boost/json.hpp>

#include "foundation/crypto/hash.hpp"
#include "network/directory/packing.hpp"
#include "network/directory_server/api_json.hpp"
#include "network/directory_server/listings.hpp"

namespace qnet::directory {

namespace {

constexpr const char* kJson = "application/json";

http::Reply to_http(const Answer& answer) {
  auto reply = http::error_reply(static_cast<unsigned>(answer.status), answer.error, answer.hint);
  if (answer.retry_after.count() > 0) http::retry_after(reply, answer.retry_after);
  return reply;
}

/// A body that counts as a large answer for as long as it is on its way.
template <class Text>
http::Body on_its_way(std::shared_ptr<const Text> text, std::shared_ptr<const void> large_answer,
                      std::string_view bytes) {
  using Held = std::pair<std::shared_ptr<const Text>, std::shared_ptr<const void>>;
  return http::Body(std::make_shared<Held>(std::move(text), std::move(large_answer)), bytes);
}

/// Below this a listing is copied to the system, or nearly, at once.
constexpr std::size_t kLargeListing = std::size_t{256} * 1024;

http::Reply too_many_lists() {
  return http::too_many_requests("Take the lists that you have asked for first.", RateLimits::window);
}

std::string etag_of(const Publication& publication) {
  return '"' + base::to_hex(base::ByteView(publication.digest).first(16)) + '"';
}

/// RFC 9110 §13.1.2: a list of tags, or a star.
bool names(std::string_view if_none_match, std::string_view tag) {
  return if_none_match == "*" || if_none_match.find(tag) != std::string_view::npos;
}

/// RFC 9110 §12.5.3, as far as anybody uses it: named, and not with a weight of nothing.
bool takes_zstd(std::string_view accept_encoding) {
  const auto at = accept_encoding.find("zstd");
  if (at == std::string_view::npos) return false;
  const auto rest = accept_encoding.substr(at + 4, accept_encoding.substr(at).find(',') - 4);
  return rest.find("q=0") == std::string_view::npos || rest.find("q=0.") != std::string_view::npos;
}

/// "There are POST /a, GET /b and GET /c."
std::string there_are(std::span<const http::Route> routes) {
  std::string text = "There are ";
  for (std::size_t i = 0; i < routes.size(); ++i) {
    if (i > 0) text += i + 1 < routes.size() ? ", " : " and ";
    text.append(routes[i].method).append(" ").append(routes[i].path);
  }
  return text + ".";
}

std::shared_ptr<const http::Router> no_directory() {
  http::RouterOptions options;
  options.no_route = {404, "This peer serves no directory.", "Ask a peer in mode bootstrap or super."};
  options.bad_target = options.no_route;
  options.query = http::QueryForm::unread;
  return std::make_shared<const http::Router>(std::vector<http::Route>{}, std::move(options));
}

}  // namespace

/// The handlers, what they share, and the router that runs them.
class Api::Routes {
 public:
  Routes(const boost::asio::any_io_executor& executor, std::shared_ptr<Service> service, std::string token)
      : service_(std::move(service)),
        listings_(std::make_shared<Listings>(executor, service_->spent_memory())),
        router_(make_router(std::move(token))) {}
  Routes(const Routes&) = delete;
  Routes& operator=(const Routes&) = delete;

  [[nodiscard]] const http::Router& router() const { return router_; }

 private:
  [[nodiscard]] std::vector<http::Route> table();
  [[nodiscard]] http::Router make_router(std::string token);

  net::Task<http::Reply> register_relay(const http::Request& request);
  net::Task<http::Reply> by_country(const http::Request& request, const http::Arguments& arguments);
  [[nodiscard]] http::Reply prune();
  net::Task<http::Reply> snapshot(const http::Request& request);
  /// Null when this client, or all together, take enough of them.
  [[nodiscard]] std::shared_ptr<const void> begin_large_answer(const http::Request& request);
  [[nodiscard]] base::Result<std::shared_ptr<const base::Bytes>> plain_list(const Publication& now);

  std::shared_ptr<Service> service_;
  std::shared_ptr<Listings> listings_;
  std::weak_ptr<const base::Bytes> plain_;  // unpacked once for all who take it at one time
  crypto::Digest plain_digest_{};
  http::Router router_;
};

std::vector<http::Route> Api::Routes::table() {
  using http::Arguments;
  using http::Request;
  http::QueryRule country{{{"country", is_country}},
                          "Ask with ?country= and two capital letters (ISO 3166-1), or without."};
  return {
      {"POST", "/api/relay/register",
       [this](const Request& request, const Arguments&) { return register_relay(request); }},
      {"GET", "/api/relays/by-country",
       [this](const Request& request, const Arguments& arguments) { return by_country(request, arguments); },
       http::Access::everybody, std::move(country)},
      {"GET", "/api/relays/prune", [this](const Request&, const Arguments&) { return prune(); },
       http::Access::operators},
      {"GET", "/api/directory/snapshot",
       [this](const Request& request, const Arguments&) { return snapshot(request); }},
  };
}

http::Router Api::Routes::make_router(std::string token) {
  auto routes = table();
  http::RouterOptions options;
  options.limiter = &service_->limiter();
  options.no_route.hint = there_are(routes);
  options.bad_target.hint = options.no_route.hint;
  options.operators = {std::move(token), true,
                       "Ask from the directory's own machine, or with its token "
                       "(--directory-token) as Authorization: Bearer."};
  return {std::move(routes), std::move(options)};
}

net::Task<http::Reply> Api::Routes::register_relay(const http::Request& request) {
  auto registration = registration_in(request.body);
  if (!registration) co_return to_http(refusal(registration.error()));
  const bool goes = registration->purpose == Purpose::goodbye;
  const auto answer = co_await service_->submit(std::move(*registration));
  if (!answer.good()) co_return to_http(answer);
  boost::json::object body;
  body["state"] = goes ? "gone" : answer.status == Status::ok ? "listed" : "checking";
  body["heartbeat_seconds"] = RosterLimits::heartbeat.count();
  body["expiry_seconds"] = RosterLimits::expiry.count();
  co_return http::Reply{200, kJson, boost::json::serialize(body) + "\n", {}};
}

net::Task<http::Reply> Api::Routes::by_country(const http::Request& request,
                                               const http::Arguments& arguments) {
  const std::string country(http::value_of(arguments.query, "country"));
  // It may be written for longer than this question lasts.
  const std::shared_ptr<const Roster> roster(service_, &service_->roster());
  const auto text = co_await listings_->of(roster, country);
  if (text->size() < kLargeListing) co_return http::Reply{200, kJson, http::Body(text, *text), {}};
  auto large_answer = begin_large_answer(request);
  if (!large_answer) co_return too_many_lists();
  co_return http::Reply{200, kJson, on_its_way(text, std::move(large_answer), *text), {}};
}

std::shared_ptr<const void> Api::Routes::begin_large_answer(const http::Request& request) {
  auto& limiter = service_->limiter();
  return limiter.large_answers().begin(limiter.client_at(request.from.address()));
}

http::Reply Api::Routes::prune() {
  const auto pruned = service_->prune();
  if (!pruned) return to_http(refusal(pruned.error()));
  boost::json::object body;
  body["pruned"] = *pruned;
  body["remaining"] = service_->roster().size();
  return http::Reply{200, kJson, boost::json::serialize(body) + "\n", {}};
}

net::Task<http::Reply> Api::Routes::snapshot(const http::Request& request) {
  const auto now = co_await service_->publication();
  const auto tag = etag_of(*now);
  http::Reply reply;
  reply.fields = {
      {"ETag", tag}, {"Vary", "Accept-Encoding"}, {"QNet-Snapshot", base::to_base64url(now->header)}};
  if (names(request.if_none_match, tag)) {
    reply.status = 304;
    co_return reply;
  }
  auto large_answer = begin_large_answer(request);
  if (!large_answer) co_return too_many_lists();
  reply.content_type = "application/octet-stream";
  auto list = now->list;
  if (takes_zstd(request.accept_encoding)) {
    reply.fields.emplace_back("Content-Encoding", "zstd");
  } else {
    auto plain = plain_list(*now);
    if (!plain) co_return to_http(refusal(plain.error()));
    list = std::move(*plain);
  }
  const auto bytes = base::text_of(*list);
  reply.body = on_its_way(std::move(list), std::move(large_answer), bytes);
  co_return reply;
}

base::Result<std::shared_ptr<const base::Bytes>> Api::Routes::plain_list(const Publication& now) {
  auto known = plain_.lock();
  if (known && plain_digest_ == now.digest) return known;
  auto plain = unpack(*now.list, SnapshotLimits::list);
  if (!plain) return base::forward_error(plain);
  known = std::make_shared<const base::Bytes>(std::move(*plain));
  plain_ = known;
  plain_digest_ = now.digest;
  return known;
}

namespace {

net::Task<http::Reply> answer_by(std::shared_ptr<const http::Router> router, const http::Request& request) {
  co_return co_await router->answer(request);
}

}  // namespace

Api::Api(const boost::asio::any_io_executor& executor, std::shared_ptr<Service> service, ApiOptions options) {
  if (!service) {
    router_ = no_directory();
    return;
  }
  auto routes = std::make_shared<Routes>(executor, std::move(service), std::move(options.token));
  const auto* const router = &routes->router();
  router_ = {std::move(routes), router};
}

net::Task<http::Reply> Api::answer(const http::Request& request) const { return answer_by(router_, request); }

}  // namespace qnet::directory
