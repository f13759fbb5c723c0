#include "transport/link/dialers.hpp"

#include "transport/link/error.hpp"

namespace qnet::link {

void Dialers::add(Cover cover, Dial dial) { by_cover_.insert_or_assign(cover, std::move(dial)); }

net::Task<base::Result<Dialled>> Dialers::dial(RelayAddress relay) const {
  const auto found = by_cover_.find(relay.cover);
  if (found == by_cover_.end()) co_return base::fail(Errc::no_transport, std::string(name_of(relay.cover)));
  const auto rests = rests_;
  if (!rests) co_return co_await found->second(std::move(relay));
  const auto host = relay.host;
  const auto port = relay.port;
  if (rests->lasts(host, port, std::chrono::steady_clock::now(), std::chrono::system_clock::now()))
    co_return base::fail(Errc::not_recognised, "it was dialled a short while ago");
  auto dialled = co_await found->second(std::move(relay));
  if (!dialled && dialled.error().is(Errc::not_recognised))
    rests->begin(host, port, std::chrono::steady_clock::now());
  co_return dialled;
}

}  // namespace qnet::link
