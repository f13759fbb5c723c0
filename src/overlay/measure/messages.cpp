#include "overlay/measure/messages.hpp"

#include <algorithm>

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

bool Pattern::takes(base::ByteView bytes) {
  const auto first = bytes.first(std::min(bytes.size(), seed_.size()));
  for (std::size_t i = 0; i < first.size(); ++i)
    if (first[i] != seed_.at((at_ + i) % seed_.size())) return false;
  at_ = (at_ + bytes.size()) % seed_.size();
  return std::ranges::equal(bytes.subspan(first.size()), bytes.first(bytes.size() - first.size()));
}

void Pattern::fill(const Seed& seed, base::MutableBytes out) {
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = seed.at(i % seed.size());
}

}  // namespace qnet::measure
