// The directory's HTTP API (docs/spec/openapi.yaml): which request asks for what, and who may.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "directory_server/service.hpp"
#include "http/server.hpp"

namespace qnet::directory {

struct ApiLimits {
  /// A registration in base64 with its readable fields.
  static constexpr std::size_t body = 16 * 1024;
  /// A listing is made once for all who ask within this time.
  static constexpr std::chrono::seconds fresh{1};
};

struct ApiOptions {
  /// Who shows it as "Authorization: Bearer …" may prune from elsewhere; empty for nobody.
  std::string token;
};

/// Lives where its service does.
class Api {
 public:
  /// Without a service, in modes that serve no directory, everything is 404.
  Api(std::shared_ptr<Service> service, ApiOptions options)
      : service_(std::move(service)), options_(std::move(options)) {}

  net::Task<http::Reply> answer(const http::Request& request);

 private:
  struct Listing {
    SteadyTime made{};
    std::string text;
  };
  net::Task<http::Reply> register_relay(const http::Request& request);
  net::Task<http::Reply> by_country(const http::Request& request);
  net::Task<http::Reply> prune(const http::Request& request);
  net::Task<http::Reply> snapshot(const http::Request& request);
  [[nodiscard]] const std::string& listing(const std::string& country);
  [[nodiscard]] bool is_operator(const http::Request& request) const;

  std::shared_ptr<Service> service_;
  ApiOptions options_;
  std::map<std::string, Listing> listings_;
};

}  // namespace qnet::directory
