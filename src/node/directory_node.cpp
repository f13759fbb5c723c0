#include "node/directory_node.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "directory/public_address.hpp"
#include "node/network_status.hpp"

namespace qnet::node {

namespace asio = boost::asio;

namespace {

http::ServerLimits api_limits() {
  http::ServerLimits limits;
  limits.body_bytes = directory::ApiLimits::body;
  limits.connections = 512;
  limits.per_address = 32;
  return limits;
}

/// The first address that the name has. A literal is itself.
net::Task<std::optional<asio::ip::address>> first_address(std::string host) {
  boost::system::error_code no_literal;
  const auto literal = asio::ip::make_address(host, no_literal);
  if (!no_literal) co_return literal;
  asio::ip::tcp::resolver resolver(co_await asio::this_coro::executor);
  const auto [error, found] = co_await resolver.async_resolve(host, "", asio::as_tuple(asio::use_awaitable));
  if (error || found.empty()) co_return std::nullopt;
  co_return found.begin()->endpoint().address();
}

bool is_url(const std::string& store) {
  return store.starts_with("postgres://") || store.starts_with("postgresql://");
}

}  // namespace

net::Task<directory::Knock> knock_at(std::shared_ptr<const directory::SignedDescriptor> descriptor,
                                     std::shared_ptr<const discovery::Dialer> dialer,
                                     bool private_addresses) {
  auto relay = discovery::address_of(descriptor->descriptor());
  const auto address = co_await first_address(relay.host);
  // The very address that was judged is the one dialled: a name could lead elsewhere the next time.
  if (!address || (!private_addresses && !directory::may_be_public(address->to_string())))
    co_return directory::Knock{};
  relay.host = address->to_string();
  auto dialled = co_await dialer->dial(relay);
  directory::Knock knock;
  knock.answered = dialled.has_value();
  if (dialled) {
    dialled->session->close();
    knock.at = exit::IpAddress::parse(address->to_string());
  }
  co_return knock;
}

base::Result<std::unique_ptr<DirectoryNode>> DirectoryNode::start(
    asio::io_context& io, DirectoryConfig config, std::shared_ptr<const discovery::Dialer> dialer) {
  std::shared_ptr<const directory::CountryDatabase> countries;
  if (!config.country_database.empty()) {
    auto opened = directory::CountryDatabase::open(config.country_database);
    if (!opened) return base::forward_error(opened);
    countries = std::make_shared<const directory::CountryDatabase>(std::move(*opened));
  }
  auto store =
      is_url(config.store) ? directory::open_postgres(config.store) : directory::open_sqlite(config.store);
  if (!store) return base::forward_error(store);

  directory::ServiceHooks hooks;
  hooks.knock = [dialer, all = config.private_addresses](
                    std::shared_ptr<const directory::SignedDescriptor> descriptor) {
    return knock_at(std::move(descriptor), dialer, all);
  };
  if (countries)
    hooks.country_of = [countries](const exit::IpAddress& at) { return countries->country_of(at); };
  std::unique_ptr<DirectoryNode> node(new DirectoryNode(io, std::move(config.token), countries));
  directory::Roster::Options options;
  options.private_addresses = config.private_addresses;
  auto service = directory::Service::start(io, std::move(config.identity), options, std::move(*store),
                                           std::move(hooks), dialer->random());
  if (!service) return base::forward_error(service);
  node->service_ = std::move(*service);
  return node;
}

DirectoryNode::~DirectoryNode() { stop(); }

void DirectoryNode::stop() {
  if (service_) service_->stop();
}

session::Handler DirectoryNode::handler() const { return directory::directory_handler(service_, io_); }

void DirectoryNode::fill(control::Status& status) const { status.directory = directory_status(*service_); }

base::Result<std::unique_ptr<DirectoryApi>> DirectoryApi::start(asio::io_context& io,
                                                                const net::tcp::endpoint& at,
                                                                const DirectoryNode* directory) {
  std::unique_ptr<DirectoryApi> made(new DirectoryApi(
      directory == nullptr ? directory::Api(io.get_executor(), nullptr, {})
                           : directory::Api(io.get_executor(), directory->service(), {directory->token()})));
  auto http = http::Server::start(
      io, at, [api = &made->api_](const http::Request& request) { return api->answer(request); },
      api_limits());
  if (!http) return base::forward_error(http);
  made->http_.emplace(std::move(*http));
  return made;
}

}  // namespace qnet::node
