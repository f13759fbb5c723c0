#include "demo/demo_site/pattern.hpp"

#include <algorithm>
#include <array>

#include "foundation/base/endian.hpp"

namespace qnet::demo_site {
namespace {

constexpr std::size_t kWord = 8;

// SplitMix64's output function: every word differs from its neighbours in half of its bits, so that
// compression finds nothing and a shifted or repeated piece shows.
std::uint64_t mix(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

}  // namespace

void fill_pattern(std::uint64_t offset, base::MutableBytes out) {
  while (!out.empty()) {
    const std::size_t skip = offset % kWord;
    if (skip == 0 && out.size() >= kWord) {
      base::store_le(out.data(), mix(offset / kWord));
      out = out.subspan(kWord);
      offset += kWord;
      continue;
    }
    std::array<std::uint8_t, kWord> word{};
    base::store_le(word.data(), mix(offset / kWord));
    const auto part = std::min(kWord - skip, out.size());
    std::ranges::copy(std::span(word).subspan(skip, part), out.begin());
    out = out.subspan(part);
    offset += part;
  }
}

bool is_pattern(std::uint64_t offset, base::ByteView bytes) {
  std::array<std::uint8_t, 4096> expected{};
  while (!bytes.empty()) {
    const auto part = std::min(expected.size(), bytes.size());
    fill_pattern(offset, std::span(expected).first(part));
    if (!std::ranges::equal(std::span(expected).first(part), bytes.first(part))) return false;
    bytes = bytes.subspan(part);
    offset += part;
  }
  return true;
}

}  // namespace qnet::demo_site
