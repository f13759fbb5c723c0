#include "doctor/damaged.hpp"

#include <fstream>
#include <iterator>
#include <string>

#include "foundation/cbor/decode.hpp"
#include "foundation/crypto/hash.hpp"
#include "network/directory/limits.hpp"
#include "network/directory/snapshot.hpp"
#include "network/path/guard_sample.hpp"
#include "overlay/peer/invite.hpp"

namespace qnet::cli {

namespace {

constexpr std::size_t kLargest = directory::SnapshotLimits::list + 4096;

base::Bytes content_of(const std::filesystem::path& file) {
  std::error_code error;
  if (std::filesystem::file_size(file, error) > kLargest || error) return {};
  std::ifstream in(file, std::ios::binary);
  return base::Bytes(std::istreambuf_iterator<char>(in), {});
}

/// peer/identity.hpp has the form; a key of any bytes is a key.
bool is_identity(const base::Bytes& bytes) {
  return bytes.size() == 80 && base::text_of(bytes).starts_with("qnet-identity-1\n");
}

/// circuit/circuit_key_file.hpp: with the hash of all before at its end.
bool is_circuit_keys(base::ByteView bytes) {
  constexpr std::size_t kHash = 32;
  if (bytes.size() != 244 || !base::text_of(bytes).starts_with("qnet-circuit-keys-1\n")) return false;
  const auto hash = crypto::sha256(bytes.first(bytes.size() - kHash));
  return std::equal(hash.begin(), hash.end(), bytes.end() - static_cast<std::ptrdiff_t>(kHash));
}

/// A person may have written there too: lines that are no links at all stay out of it.
bool has_good_invites(const base::Bytes& bytes) {
  std::string_view left = base::text_of(bytes);
  while (!left.empty()) {
    const auto end = std::min(left.find('\n'), left.size());
    const auto line = left.substr(0, end);
    if (line.starts_with("qnet://") && !peer::Invite::parse(line)) return false;
    left.remove_prefix(std::min(end + 1, left.size()));
  }
  return true;
}

bool is_snapshot(const base::Bytes& bytes) {
  const auto value = cbor::decode(bytes, {.depth = 2, .size = kLargest});
  const auto* const parts = value ? value->array() : nullptr;
  return parts != nullptr && parts->size() == 2 && (*parts)[0].bytes() != nullptr &&
         directory::SnapshotHeader::parse(*(*parts)[0].bytes()).has_value();
}

}  // namespace

bool is_damaged(const std::filesystem::path& file) {
  const auto name = file.filename().string();
  if (name == "identity.key") return !is_identity(content_of(file));
  if (name == "circuit-keys") return !is_circuit_keys(content_of(file));
  if (name == "guards") return !path::GuardSample::parse(content_of(file));
  if (name == "invites" || name == "invite") return !has_good_invites(content_of(file));
  if (name.ends_with(".snapshot")) return !is_snapshot(content_of(file));
  constexpr std::size_t kToken = 43;
  return name.starts_with("api-token-") && content_of(file).size() != kToken;
}

}  // namespace qnet::cli
