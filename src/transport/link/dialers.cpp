#include "transport/link/dialers.hpp"

#include "transport/link/error.hpp"

namespace qnet::link {

void Dialers::add(Cover cover, Dial dial) { by_cover_.insert_or_assign(cover, std::move(dial)); }

net::Task<base::Result<Dialled>> Dialers::dial(RelayAddress relay) const {
  const auto found = by_cover_.find(relay.cover);
  if (found == by_cover_.end()) co_return base::fail(Errc::no_transport, std::string(name_of(relay.cover)));
  co_return co_await found->second(std::move(relay));
}

}  // namespace qnet::link
