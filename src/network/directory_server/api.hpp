// The directory's HTTP API (docs/spec/openapi.yaml): its routes, and who may use them.
#pragma once

#include <memory>
#include <string>

#include "network/directory_server/service.hpp"
#include "protocol/http/router.hpp"

namespace qnet::directory {

struct ApiLimits {
  /// A registration in base64 with its readable fields.
  static constexpr std::size_t body = 16 * 1024;
};

struct ApiOptions {
  /// A request with it as "Authorization: Bearer …" may prune from anywhere; empty for none.
  std::string token;
};

/// Lives where its service does, on the io_context that `executor` is of.
class Api {
 public:
  /// Without a service, in modes that serve no directory, everything is 404.
  Api(const boost::asio::any_io_executor& executor, std::shared_ptr<Service> service, ApiOptions options);

  /// The request must outlive the call; this need not.
  [[nodiscard]] net::Task<http::Reply> answer(const http::Request& request) const;

 private:
  class Routes;
  /// With a service, it shares the ownership of Routes: requests under way keep them alive.
  std::shared_ptr<const http::Router> router_;
};

}  // namespace qnet::directory
