#include "transport/htx/record_link.hpp"

#include <algorithm>

#include "foundation/net/error.hpp"
#include "foundation/net/pump.hpp"
#include "transport/link/error.hpp"

namespace qnet::htx {

namespace {

using link::Progress;
constexpr std::size_t kLargestRecord = RecordLimits::header + RecordLimits::body;

/// Where a batch is sealed. Of the thread, as an idle link should hold no memory; used within one call only.
base::MutableBytes batch_memory() {
  constexpr std::size_t kSize = RecordLinkLimits::batch * kLargestRecord;
  thread_local const auto memory = std::make_unique_for_overwrite<std::uint8_t[]>(kSize);
  return {memory.get(), kSize};
}

}  // namespace

RecordLinkConfig record_link_config(noise::TransportKeys keys, noise::Role role,
                                    const crypto::X25519Public& peer_key) {
  const bool initiates = role == noise::Role::initiator;
  RecordLinkConfig config{std::move(initiates ? keys.from_initiator : keys.from_responder),
                          std::move(initiates ? keys.from_responder : keys.from_initiator)};
  config.facts.peer_key = peer_key;
  config.facts.handshake_hash = keys.handshake_hash;
  return config;
}

RecordLink::RecordLink(std::unique_ptr<net::ByteStream> stream, RecordLinkConfig config,
                       base::RandomSource& random)
    : stream_(std::move(stream)),
      writer_(std::move(config.send), random),
      reader_(std::move(config.receive), std::move(config.before)),
      opening_records_(std::move(config.opening_records)),
      idle_records_(std::move(config.idle_records)),
      alert_record_(config.alert_record),
      whole_record_(std::min(config.whole_record, kLargestRecord)),
      facts_(config.facts),
      counted_(std::move(config.counted)) {
  facts_.record_data = whole_record_ - RecordLimits::overhead;
  if (!config.early.empty() || !config.unread.empty())
    early_ = std::make_unique<Early>(std::move(config.early), std::move(config.unread));
}

base::Result<Progress> RecordLink::receive(link::User& user) {
  if (const auto early = std::exchange(early_, nullptr)) {
    if (!early->plaintext.empty())
      if (auto taken = user.take(early->plaintext); !taken) return base::forward_error(taken);
    if (auto taken = take_records(early->records, user); !taken) return base::forward_error(taken);
    return Progress::some;
  }
  const auto got = input_.read(*stream_);
  if (!got) {
    if (got.error().is(net::Errc::would_block)) return Progress::blocked;
    broken_ = true;
    return tl::unexpected(got.error());
  }
  if (*got == 0) return Progress::nothing;
  if (auto taken = take_records(input_.with(*got), user); !taken) return base::forward_error(taken);
  return Progress::some;
}

base::Result<void> RecordLink::take_records(base::MutableBytes bytes, link::User& user) {
  for (;;) {
    auto opened = reader_.open(bytes);
    if (!opened) return base::forward_error(opened);
    if (!*opened) break;
    const auto data = (*opened)->data;
    if (!data.empty())
      if (auto taken = user.take(data); !taken) return taken;
    bytes = bytes.subspan((*opened)->consumed);
  }
  input_.keep(bytes);
  return {};
}

base::Result<Progress> RecordLink::send(link::User& user) {
  if (broken_) return base::fail(net::Errc::closed);
  if (!unsent_.empty()) {
    const auto all = write_unsent();
    if (!all) return tl::unexpected(all.error());
    if (!*all) return Progress::blocked;
  }
  const auto taken = stream_->write_room();
  if (taken == 0) return Progress::blocked;
  const auto memory = batch_memory();
  const auto sealed = seal_batch(memory, taken, user);
  if (!sealed) return tl::unexpected(sealed.error());
  if (*sealed == 0) return Progress::nothing;
  if (auto written = write(memory.first(*sealed)); !written) return base::forward_error(written);
  return unsent_.empty() ? Progress::some : Progress::blocked;
}

base::Result<std::size_t> RecordLink::seal_batch(base::MutableBytes room, std::size_t taken,
                                                 link::User& user) {
  std::size_t sealed = 0;
  const auto next = [&](std::optional<std::size_t> size) {
    sealed += size.value_or(0);
    return size.has_value();
  };
  for (const auto body : std::exchange(opening_records_, {}))
    if (!next(writer_.seal_empty(room.subspan(sealed), body))) return base::fail(link::Errc::keys_used_up);
  while (room.size() - sealed >= whole_record_) {
    const auto left = taken - std::min(taken, sealed);
    if (sealed > 0 && left < whole_record_) break;  // the next call may have room for a whole one
    const auto record = room.subspan(sealed, whole_record_);
    const auto most = std::max(left, RecordLinkLimits::smallest_room) - RecordLimits::overhead;
    const auto data = RecordWriter::data_of(record);
    const auto given = user.give(data.first(std::min(data.size(), most)));
    if (given == 0) break;
    if (!next(writer_.seal(record, given))) return base::fail(link::Errc::keys_used_up);
  }
  return sealed;
}

base::Result<void> RecordLink::write(base::ByteView sealed) {
  const auto put = stream_->try_write(sealed);
  if (!put) {
    broken_ = true;
    return tl::unexpected(put.error());
  }
  const auto rest = sealed.subspan(*put);
  unsent_.insert(unsent_.end(), rest.begin(), rest.end());
  return {};
}

/// Whether all of it was taken.
base::Result<bool> RecordLink::write_unsent() {
  const auto unsent = std::exchange(unsent_, {});
  if (auto written = write(unsent); !written) return base::forward_error(written);
  return unsent_.empty();
}

void RecordLink::finish(link::Ending how) {
  if (broken_) return stream_->finish();
  const auto memory = batch_memory();
  std::size_t sealed = 0;
  const auto seal = [&](std::size_t body) {
    if (memory.size() - sealed < RecordLimits::header + body) return;
    sealed += writer_.seal_empty(memory.subspan(sealed), body).value_or(0);
  };
  if (how == link::Ending::idle)
    for (const auto body : idle_records_) seal(body);
  else
    seal(alert_record_);
  // Best effort, as TLS's own last alert: a socket that takes no more is about to be closed anyway.
  if (unsent_.empty() || write_unsent().value_or(false)) (void)write(memory.first(sealed));
  stream_->finish();
}

}  // namespace qnet::htx
