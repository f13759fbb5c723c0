#include "overlay/circuit/circuit_key_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>

#include "foundation/base/durable_file.hpp"
#include "foundation/base/endian.hpp"
#include "foundation/base/file_handle.hpp"
#include "foundation/base/private_file.hpp"
#include "foundation/crypto/constant_time.hpp"
#include "foundation/crypto/hash.hpp"

namespace qnet::circuit {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMagic = "qnet-circuit-keys-1\n";
constexpr std::size_t kPeer = 32;
constexpr std::size_t kTime = 8;
constexpr std::size_t kSecret = 32;
constexpr std::uint64_t kLastTime = 253'402'300'799;  // the year 9999
constexpr std::size_t kSlot = kTime + kSecret;
constexpr std::size_t kSlots = kMagic.size() + kPeer;
constexpr std::size_t kSum = kSlots + CircuitKeyLimits::held * kSlot;
constexpr std::size_t kFileSize = kSum + 32;
static_assert(kFileSize == 244);

using Content = crypto::Secret<kFileSize>;

tl::unexpected<base::Error> failed(KeyFileErrc code, const fs::path& file, int error = 0) {
  auto context = file.string();
  if (error != 0) context += " (" + std::generic_category().message(error) + ")";
  return base::fail(code, std::move(context));
}

Content encode(const peer::PeerId& relay, const CircuitKeys& keys) {
  Content content;
  const auto bytes = content.data();
  auto* out = std::ranges::copy(kMagic, bytes.data()).out;
  out = std::ranges::copy(relay.key(), out).out;
  for (const auto* const key : keys.held()) {
    base::store_be(out, static_cast<std::uint64_t>(key->from.time_since_epoch().count()));
    out = std::ranges::copy(key->pair.secret.view(), out + kTime).out;
  }
  std::ranges::copy(crypto::sha256(content.view().first(kSum)), bytes.data() + kSum);
  return content;
}

/// False when it is no such file, or another relay's.
bool decode(const Content& content, const peer::PeerId& relay, CircuitKeys& keys) {
  const auto bytes = content.view();
  if (base::text_of(bytes.first(kMagic.size())) != kMagic ||
      !std::ranges::equal(bytes.subspan(kMagic.size(), kPeer), relay.key()) ||
      !crypto::equal(crypto::sha256(bytes.first(kSum)), bytes.subspan(kSum)))
    return false;
  for (std::size_t at = kSlots; at < kSum; at += kSlot) {
    const auto time = base::load_be<std::uint64_t>(bytes.data() + at);
    if (time == 0) continue;
    if (time > kLastTime) return false;
    const WallTime from{std::chrono::seconds(time)};
    crypto::X25519Secret secret(bytes.subspan(at + kTime).first<kSecret>());
    if (!keys.restore({from, crypto::X25519KeyPair::from_secret(std::move(secret))})) return false;
  }
  return true;
}

/// As far as the file system writes in place. What fails here has no other remedy.
void overwrite(int fd) {
  struct stat info{};
  if (fd < 0 || ::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) return;
  constexpr std::array<std::uint8_t, kFileSize> zeros{};
  for (off_t at = 0; at < info.st_size;) {
    const auto left = std::min<off_t>(info.st_size - at, kFileSize);
    const auto count = ::pwrite(fd, zeros.data(), static_cast<std::size_t>(left), at);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    at += count;
  }
  (void)::fsync(fd);
}

int open_to_overwrite(const fs::path& file) {
  return ::open(file.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
}

/// What a write left behind that the machine did not survive.
void remove_unfinished(const fs::path& file) {
  constexpr std::size_t kSuffix = 7;
  const auto start = file.filename().string() + '.';
  std::error_code error;
  for (fs::directory_iterator at(file.parent_path(), error), end; !error && at != end; at.increment(error)) {
    const auto name = at->path().filename().string();
    if (!name.starts_with(start) || name.size() != start.size() - 1 + kSuffix) continue;
    overwrite(base::FileHandle(open_to_overwrite(at->path())).get());
    std::error_code ignored;
    fs::remove(at->path(), ignored);
  }
}

}  // namespace

std::string_view describe(KeyFileErrc code) {
  switch (code) {
    case KeyFileErrc::unreadable: return "the file of circuit keys cannot be read";
    case KeyFileErrc::exposed:
      return "other users may read or change the file of circuit keys: remove it, and new ones are made";
    case KeyFileErrc::unwritable: return "the file of circuit keys cannot be written";
  }
  return "unknown error of circuit keys";
}

fs::path circuit_key_file(const fs::path& folder) { return folder / "circuit-keys"; }

base::Result<KeptCircuitKeys> KeptCircuitKeys::open(const fs::path& folder, const peer::PeerId& relay,
                                                    WallTime now, base::RandomSource& random) {
  KeptCircuitKeys kept(circuit_key_file(folder), relay);
  if (auto done = kept.read(); !done) return base::forward_error(done);
  remove_unfinished(kept.file_);
  if (auto done = kept.refresh(now, random); !done) return base::forward_error(done);
  return kept;
}

base::Result<void> KeptCircuitKeys::read() {
  Content content;
  const auto [outcome, error] = base::read_private_file(file_, content.data());
  switch (outcome) {
    case base::PrivateRead::Outcome::missing: return {};
    case base::PrivateRead::Outcome::unreadable: return failed(KeyFileErrc::unreadable, file_, error);
    case base::PrivateRead::Outcome::exposed: return failed(KeyFileErrc::exposed, file_);
    case base::PrivateRead::Outcome::other_size: break;
    case base::PrivateRead::Outcome::done:
      if (decode(content, relay_, keys_)) return remember_what_is_durable(), base::Result<void>();
  }
  keys_ = CircuitKeys(relay_);
  replaced_ = true;
  return {};
}

base::Result<void> KeptCircuitKeys::refresh(WallTime now, base::RandomSource& random) {
  changed_ = keys_.update(now, random) || changed_;
  if (!changed_) return {};
  if (failed_ && now >= *failed_ && now < *failed_ + Limits::retry)
    return failed(KeyFileErrc::unwritable, file_);
  auto done = write();
  failed_ = done ? std::nullopt : std::optional(now);
  return done;
}

base::Result<void> KeptCircuitKeys::write() {
  const base::FileHandle before(open_to_overwrite(file_));
  const auto content = encode(relay_, keys_);
  if (const int error = base::write_file_durably(file_, content.view(), base::Existing::replace); error != 0)
    return failed(KeyFileErrc::unwritable, file_, error);
  overwrite(before.get());
  changed_ = false;
  remember_what_is_durable();
  return {};
}

void KeptCircuitKeys::remember_what_is_durable() {
  durable_.clear();
  for (const auto* const key : keys_.held()) durable_.push_back(key->pair.public_key);
}

std::vector<PublishedKey> KeptCircuitKeys::published() const {
  auto keys = keys_.published();
  std::erase_if(
      keys, [&](const PublishedKey& one) { return std::ranges::find(durable_, one.key) == durable_.end(); });
  return keys;
}

}  // namespace qnet::circuit
