#include "edge/exit/service.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "foundation/ip/asio_address.hpp"
#include "foundation/ip/own_addresses.hpp"

namespace qnet::exit {

struct Service::Core {
  Core(boost::asio::io_context& io, std::shared_ptr<Shared> shared, dns::ResolverOptions options)
      : resolver(io.get_executor(), std::move(options)), connector(std::move(shared), resolver) {}
  dns::Resolver resolver;
  Connector connector;
};

namespace {

/// By the address where the link knows it: a client that opens many sessions is still one. Behind a circuit
/// it is known only of who came without a middle.
Holder holder_of(const session::Stream& stream) {
  if (const auto& address = stream.facts().remote_address)
    return Holder(ip::client_prefix(ip::from_asio(*address)));
  if (const auto through = stream.party(); through != 0) return {stream.session_name(), through};
  return Holder(stream.session_name());
}

}  // namespace

Service::Service(ServiceOptions options) : name_servers_(std::move(options.name_servers)) {
  if (auto own = ip::own_addresses())
    options.policy.own_addresses.insert(options.policy.own_addresses.end(), own->begin(), own->end());
  shared_ = std::make_shared<Shared>(Policy(std::move(options.policy)), options.max_connections,
                                     std::move(options.from));
  if (!options.log_folder.empty()) shared_->blocked = std::make_shared<BlockedLog>(options.log_folder);
}

Service::~Service() = default;

StreamHandler Service::handler(boost::asio::io_context& io) {
  dns::ResolverOptions options;
  options.name_servers = name_servers_;
  if (const auto& v4 = shared_->from.v4) options.from.v4 = v4->to_v4();
  if (const auto& v6 = shared_->from.v6) options.from.v6 = v6->to_v6();
  if (cores_.empty() && shared_->blocked)
    boost::asio::co_spawn(io, keep_tending(shared_->blocked), boost::asio::detached);
  cores_.push_back(std::make_unique<Core>(io, shared_, std::move(options)));
  return [&connector = cores_.back()->connector](std::unique_ptr<session::Stream> stream,
                                                 net::Traffic& traffic) {
    const auto holder = holder_of(*stream);
    return serve(connector, std::move(stream), traffic, holder);
  };
}

}  // namespace qnet::exit
