#include "overlay/measure/messages.hpp"

#include "overlay/measure/limits.hpp"
#include "overlay/peer/framed.hpp"

namespace qnet::measure {

base::Bytes Amount::encode() const { return peer::framed(cbor::Map{{"bytes", bytes}}); }

base::Result<Amount> Amount::decode(base::ByteView message) {
  const auto value = peer::decoded(message);
  if (!value) return tl::unexpected(value.error());
  const auto* const field = value->find("bytes");
  const auto* const number = field == nullptr ? nullptr : field->unsigned_integer();
  if (number == nullptr || *number > AllowanceLimits::transfer) return base::fail(peer::Errc::bad_message);
  return Amount{*number};
}

}  // namespace qnet::measure
