#include "node/directory_node.hpp"

#include "network/directory_server/reachability_probe.hpp"
#include "node/network_status.hpp"

namespace qnet::node {

namespace asio = boost::asio;

namespace {

http::ServerLimits api_limits() {
  http::ServerLimits limits;
  limits.body_bytes = directory::ApiLimits::body;
  limits.connections = 512;
  limits.per_client_prefix = 32;
  return limits;
}

bool is_url(const std::string& store) {
  return store.starts_with("postgres://") || store.starts_with("postgresql://");
}

}  // namespace

base::Result<std::unique_ptr<DirectoryNode>> DirectoryNode::start(
    asio::io_context& io, DirectoryConfig config, std::shared_ptr<const session::Dialer> dialer) {
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
  const auto probe =
      std::make_shared<directory::ReachabilityProbe>(io.get_executor(), dialer, config.private_addresses);
  hooks.probe = [probe](std::shared_ptr<const directory::SignedDescriptor> descriptor) {
    return probe->run(std::move(descriptor));
  };
  if (countries)
    hooks.country_of = [countries](const ip::IpAddress& at) { return countries->country_of(at); };
  std::unique_ptr<DirectoryNode> node(new DirectoryNode(io, std::move(config.token), countries));
  directory::Roster::Options options;
  options.private_addresses = config.private_addresses;
  auto service = directory::Service::start(io, std::move(config.identity), options, std::move(*store),
                                           std::move(hooks), dialer->random());
  if (!service) return base::forward_error(service);
  node->service_ = std::move(*service);
  return node;
}

DirectoryNode::~DirectoryNode() { finish(); }

void DirectoryNode::finish() {
  if (service_) service_->stop();
}

void DirectoryNode::tell(std::shared_ptr<discovery::KnownRelays> known) {
  own_list_ = OwnList::start(io_, service_, std::move(known));
}

void DirectoryNode::stop() {
  if (own_list_) own_list_->stop();
}

session::Handler DirectoryNode::handler() const { return directory::directory_handler(service_, io_); }

discovery::OwnDirectory DirectoryNode::own_directory() const {
  return [service = service_](base::Bytes registration) { return service->submit(std::move(registration)); };
}

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
