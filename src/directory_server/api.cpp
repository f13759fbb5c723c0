#include "directory_server/api.hpp"

#include <algorithm>

#include <boost/json.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "crypto/constant_time.hpp"
#include "crypto/hash.hpp"
#include "directory/packing.hpp"
#include "directory_server/api_json.hpp"

namespace qnet::directory {

namespace {

constexpr const char* kJson = "application/json";
constexpr const char* kPaths =
    "There are POST /api/relay/register, GET /api/relays/by-country, GET /api/relays/prune and "
    "GET /api/directory/snapshot.";

http::Reply to_http(const Answer& answer) {
  auto reply = http::error_reply(static_cast<unsigned>(answer.status), answer.error, answer.hint);
  if (answer.retry_after.count() > 0)
    reply.fields.emplace_back("Retry-After", std::to_string(answer.retry_after.count()));
  return reply;
}

http::Reply wrong_method(const char* allowed) {
  auto reply =
      http::error_reply(405, "This method is not for this path.", std::string("Use ") + allowed + ".");
  reply.fields.emplace_back("Allow", allowed);
  return reply;
}

http::Reply too_many(std::string_view hint) {
  auto reply = http::error_reply(429, "Too many requests.", hint);
  reply.fields.emplace_back("Retry-After", "60");
  return reply;
}

/// A body whose place among the large answers is taken for as long as it is on its way.
template <class Text>
http::Body on_its_way(std::shared_ptr<const Text> text, std::shared_ptr<const void> place,
                      std::string_view bytes) {
  using Held = std::pair<std::shared_ptr<const Text>, std::shared_ptr<const void>>;
  return http::Body(std::make_shared<Held>(std::move(text), std::move(place)), bytes);
}

/// Below this a listing is copied to the system, or nearly, at once.
constexpr std::size_t kLargeListing = std::size_t{256} * 1024;
constexpr std::string_view kTakeFirst = "Take the lists that you have asked for first.";

struct Target {
  std::string path;
  std::vector<std::pair<std::string, std::string>> parameters;
};

std::optional<Target> parse_target(std::string_view text) {
  const auto url = boost::urls::parse_origin_form(boost::urls::string_view(text.data(), text.size()));
  if (!url) return std::nullopt;
  Target target{std::string(url->path()), {}};
  for (const auto& parameter : url->params())
    target.parameters.emplace_back(std::string(parameter.key), std::string(parameter.value));
  return target;
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

}  // namespace

net::Task<http::Reply> Api::answer(const http::Request& request) {
  if (!service_)
    co_return http::error_reply(404, "This peer serves no directory.",
                                "Ask a peer in mode bootstrap or super.");
  const auto now = std::chrono::steady_clock::now();
  auto& limiter = service_->limiter();
  if (!limiter.admit(limiter.asker_at(request.from.address()), now)) {
    co_return too_many("One address may ask 100 times a minute.");
  }
  const auto target = parse_target(request.target);
  if (!target) co_return http::error_reply(400, "This is no path.", kPaths);
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (target->path == "/api/relay/register") {
    if (request.method != "POST") co_return wrong_method("POST");
    co_return co_await register_relay(request);
  }
  const bool known = target->path == "/api/relays/by-country" || target->path == "/api/relays/prune" ||
                     target->path == "/api/directory/snapshot";
  if (!known) co_return http::error_reply(404, "There is nothing here.", kPaths);
  if (!reads) co_return wrong_method("GET, HEAD");
  if (target->path == "/api/relays/by-country") co_return co_await by_country(request);
  if (target->path == "/api/relays/prune") co_return co_await prune(request);
  co_return co_await snapshot(request);
}

net::Task<http::Reply> Api::register_relay(const http::Request& request) {
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

net::Task<http::Reply> Api::by_country(const http::Request& request) {
  std::string country;
  const auto target = parse_target(request.target);
  for (const auto& [name, value] : target->parameters) {
    if (name != "country" || !is_country(value) || !country.empty())
      co_return http::error_reply(400, "This is not a question that can be answered.",
                                  "Ask with ?country= and two capital letters (ISO 3166-1), or without.");
    country = value;
  }
  // It may be written for longer than this question lasts.
  const std::shared_ptr<const Roster> roster(service_, &service_->roster());
  const auto text = co_await listings_->of(roster, country);
  if (text->size() < kLargeListing) co_return http::Reply{200, kJson, http::Body(text, *text), {}};
  auto place = begin_large_answer(request);
  if (!place) co_return too_many(kTakeFirst);
  co_return http::Reply{200, kJson, on_its_way(text, std::move(place), *text), {}};
}

std::shared_ptr<const void> Api::begin_large_answer(const http::Request& request) {
  auto& limiter = service_->limiter();
  return limiter.large_answers().begin(limiter.asker_at(request.from.address()));
}

bool Api::is_operator(const http::Request& request) const {
  constexpr std::string_view kScheme = "Bearer ";
  if (!options_.token.empty() && request.authorization.starts_with(kScheme)) {
    // Hashes have one length, so that the time of the comparison tells nothing.
    const auto given = crypto::sha256(base::bytes_of(request.authorization.substr(kScheme.size())));
    if (crypto::equal(given, crypto::sha256(base::bytes_of(options_.token)))) return true;
  }
  return request.from.address().is_loopback() && !request.forwarded;
}

net::Task<http::Reply> Api::prune(const http::Request& request) {
  if (!is_operator(request)) {
    auto reply = http::error_reply(401, "This is for the operator.",
                                   "Ask from the directory's own machine, or with its token "
                                   "(--directory-token) as Authorization: Bearer.");
    reply.fields.emplace_back("WWW-Authenticate", "Bearer");
    co_return reply;
  }
  const auto pruned = service_->prune();
  if (!pruned) co_return to_http(refusal(pruned.error()));
  boost::json::object body;
  body["pruned"] = *pruned;
  body["remaining"] = service_->roster().size();
  co_return http::Reply{200, kJson, boost::json::serialize(body) + "\n", {}};
}

net::Task<http::Reply> Api::snapshot(const http::Request& request) {
  const auto now = co_await service_->publication();
  const auto tag = etag_of(*now);
  http::Reply reply;
  reply.fields = {
      {"ETag", tag}, {"Vary", "Accept-Encoding"}, {"QNet-Snapshot", base::to_base64url(now->header)}};
  if (names(request.if_none_match, tag)) {
    reply.status = 304;
    co_return reply;
  }
  auto place = begin_large_answer(request);
  if (!place) co_return too_many(kTakeFirst);
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
  reply.body = on_its_way(std::move(list), std::move(place), bytes);
  co_return reply;
}

base::Result<std::shared_ptr<const base::Bytes>> Api::plain_list(const Publication& now) {
  auto known = plain_.lock();
  if (known && plain_digest_ == now.digest) return known;
  auto plain = unpack(*now.list, SnapshotLimits::list);
  if (!plain) return base::forward_error(plain);
  known = std::make_shared<const base::Bytes>(std::move(*plain));
  plain_ = known;
  plain_digest_ = now.digest;
  return known;
}

}  // namespace qnet::directory
