#include "foundation/cbor/value.hpp"

#include <bit>

namespace qnet::cbor {

bool Tagged::operator==(const Tagged& other) const { return tag == other.tag && *item == *other.item; }

const Value* Value::find(std::string_view key) const {
  const auto* const entries = map();
  if (entries == nullptr) return nullptr;
  for (const auto& [name, value] : *entries)
    if (const auto* const text = name.text(); text != nullptr && *text == key) return &value;
  return nullptr;
}

bool Value::operator==(const Value& other) const {
  const auto* const ours = std::get_if<double>(&item_);
  const auto* const theirs = std::get_if<double>(&other.item_);
  if (ours != nullptr && theirs != nullptr)
    return std::bit_cast<std::uint64_t>(*ours) == std::bit_cast<std::uint64_t>(*theirs);
  return item_ == other.item_;
}

}  // namespace qnet::cbor
