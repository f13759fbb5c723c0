// The directory of a bootstrap or super peer: its service, its database, and the HTTP API where one is
// wanted.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "control/status.hpp"
#include "foundation/net/tcp.hpp"
#include "network/directory_server/api.hpp"
#include "network/directory_server/country_database.hpp"
#include "network/directory_server/session_service.hpp"
#include "network/discovery/registrar.hpp"
#include "node/own_list.hpp"
#include "overlay/session/dialer.hpp"
#include "protocol/http/server.hpp"

namespace qnet::node {

struct DirectoryConfig {
  peer::Identity identity;
  /// A file, or a postgres:// URL. Never for a log: it may hold a password.
  std::string store;
  std::string token;  ///< for the API's operators; empty for none
  bool private_addresses = false;
  std::filesystem::path country_database;  ///< empty for none
};

/// Lives on one io_context.
class DirectoryNode {
 public:
  [[nodiscard]] static base::Result<std::unique_ptr<DirectoryNode>> start(
      boost::asio::io_context& io, DirectoryConfig config, std::shared_ptr<const session::Dialer> dialer);
  DirectoryNode(const DirectoryNode&) = delete;
  DirectoryNode& operator=(const DirectoryNode&) = delete;
  ~DirectoryNode();

  /// Tells them what it lists, until stop(). Once.
  void tell(std::shared_ptr<discovery::KnownRelays> known);
  void stop();
  /// Once nobody asks it any more: what was acknowledged to the last of its clients is written.
  void finish();
  /// For every session of this peer.
  [[nodiscard]] session::Handler handler() const;
  [[nodiscard]] const std::shared_ptr<directory::Service>& service() const { return service_; }
  [[nodiscard]] const std::string& token() const { return token_; }
  /// For this peer's own registrations. It keeps the service alive.
  [[nodiscard]] discovery::OwnDirectory own_directory() const;
  void fill(control::Status& status) const;

 private:
  DirectoryNode(boost::asio::io_context& io, std::string token,
                std::shared_ptr<const directory::CountryDatabase> countries)
      : io_(io), token_(std::move(token)), countries_(std::move(countries)) {}

  boost::asio::io_context& io_;
  std::string token_;
  std::shared_ptr<const directory::CountryDatabase> countries_;
  std::shared_ptr<directory::Service> service_;
  std::shared_ptr<OwnList> own_list_;  // null where nobody is told
};

/// The HTTP API on a port of its own; without a directory everything there is 404.
class DirectoryApi {
 public:
  [[nodiscard]] static base::Result<std::unique_ptr<DirectoryApi>> start(boost::asio::io_context& io,
                                                                         const net::tcp::endpoint& at,
                                                                         const DirectoryNode* directory);
  void stop() { http_->stop(); }

 private:
  explicit DirectoryApi(directory::Api api) : api_(std::move(api)) {}
  directory::Api api_;
  std::optional<http::Server> http_;
};

}  // namespace qnet::node
