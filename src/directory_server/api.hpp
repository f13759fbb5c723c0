// The directory's HTTP API (docs/spec/openapi.yaml): which request asks for what, and who may.
#pragma once

#include <memory>
#include <string>

#include "directory_server/listings.hpp"
#include "directory_server/service.hpp"
#include "http/server.hpp"

namespace qnet::directory {

struct ApiLimits {
  /// A registration in base64 with its readable fields.
  static constexpr std::size_t body = 16 * 1024;
};

struct ApiOptions {
  /// Who shows it as "Authorization: Bearer …" may prune from elsewhere; empty for nobody.
  std::string token;
};

/// Lives where its service does, on the io_context that `executor` is of.
class Api {
 public:
  /// Without a service, in modes that serve no directory, everything is 404.
  Api(const boost::asio::any_io_executor& executor, std::shared_ptr<Service> service, ApiOptions options)
      : service_(std::move(service)),
        options_(std::move(options)),
        listings_(std::make_shared<Listings>(executor)) {}

  net::Task<http::Reply> answer(const http::Request& request);

 private:
  net::Task<http::Reply> register_relay(const http::Request& request);
  net::Task<http::Reply> by_country(const http::Request& request);
  net::Task<http::Reply> prune(const http::Request& request);
  net::Task<http::Reply> snapshot(const http::Request& request);
  /// Null when this asker, or all together, take enough of them.
  [[nodiscard]] std::shared_ptr<const void> begin_large_answer(const http::Request& request);
  [[nodiscard]] bool is_operator(const http::Request& request) const;
  [[nodiscard]] base::Result<std::shared_ptr<const base::Bytes>> plain_list(const Publication& now);

  std::shared_ptr<Service> service_;
  ApiOptions options_;
  std::shared_ptr<Listings> listings_;
  std::weak_ptr<const base::Bytes> plain_;  // unpacked once for all who take it at one time
  crypto::Digest plain_digest_{};
};

}  // namespace qnet::directory
