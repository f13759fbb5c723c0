#include "mdns/discovery.hpp"

#include <algorithm>

namespace qnet::mdns {

namespace {

constexpr std::string_view kPrefix = "dnsaddr=";
constexpr auto kPtr = static_cast<std::uint16_t>(Type::ptr);
constexpr auto kTxt = static_cast<std::uint16_t>(Type::txt);
constexpr auto kAny = static_cast<std::uint16_t>(Type::any);

std::string random_name(base::RandomSource& random) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::string name;
  for (std::size_t i = 0; i < DiscoveryLimits::name; ++i) name += kLetters[random.below(kLetters.size())];
  return name;
}

}  // namespace

Discovery::Discovery(std::optional<Announcement> announcement, base::RandomSource& random)
    : announcement_(std::move(announcement)), random_(random), name_(random_name(random) + "." + kService) {}

base::Bytes Discovery::query() const {
  Message message;
  message.questions.push_back({kService, kPtr, false});
  return encode(message);
}

std::chrono::milliseconds Discovery::next_pause() {
  const auto pause = pause_;
  pause_ = std::min<std::chrono::milliseconds>(pause_ * 2, DiscoveryLimits::last_pause);
  // RFC 6762 §5.2: 20 to 120 ms, so that machines that wake together do not speak together.
  return pause + std::chrono::milliseconds(20 + random_.below(101));
}

bool Discovery::is_asked(const Message& message) const {
  const bool asked = std::ranges::any_of(message.questions, [](const Question& question) {
    return question.name == kService && (question.type == kPtr || question.type == kAny);
  });
  // RFC 6762 §7.1: who knows it already, and for long enough, needs no answer.
  const bool known = std::ranges::any_of(message.answers, [this](const Record& record) {
    return record.name == kService && record.target == name_ && record.ttl >= DiscoveryLimits::ttl / 2;
  });
  return asked && !known;
}

Message Discovery::answer(std::span<const std::string> own) const {
  Message message;
  message.response = true;
  Record pointer{kService, kPtr, false, DiscoveryLimits::ttl};
  pointer.target = name_;
  Record addresses{name_, kTxt, true, DiscoveryLimits::ttl};
  for (const auto& host : own.first(std::min(own.size(), DiscoveryLimits::addresses)))
    addresses.texts.push_back(std::string(kPrefix) + mesh::to_multiaddr({host, announcement_->port}) +
                              "/p2p/" + announcement_->peer.to_text());
  message.answers.push_back(std::move(pointer));
  message.additional.push_back(std::move(addresses));
  return message;
}

std::vector<Found> Discovery::read(const Message& message) const {
  std::vector<Found> found;
  const std::string suffix = std::string(".") + kService;
  for (const auto* const section : {&message.answers, &message.additional}) {
    for (const auto& record : *section) {
      if (record.type != kTxt || !record.name.ends_with(suffix) || record.ttl == 0) continue;
      for (const auto& text : record.texts) {
        if (!text.starts_with(kPrefix)) continue;
        const auto address = mesh::parse_multiaddr(std::string_view(text).substr(kPrefix.size()));
        if (!address || !address->peer) continue;
        if (announcement_ && *address->peer == announcement_->peer) continue;
        auto place = std::ranges::find(found, *address->peer, &Found::peer);
        if (place == found.end()) place = found.insert(found.end(), Found{*address->peer, {}});
        if (place->addresses.size() < DiscoveryLimits::addresses)
          place->addresses.push_back(address->address);
      }
    }
  }
  return found;
}

Received Discovery::receive(base::ByteView packet, const Sender& from, std::span<const std::string> own,
                            Time now) {
  Received received;
  const auto message = decode(packet);
  if (!message) return received;
  if (message->response) {
    // RFC 6762 §6: answers come from the multicast port, or are somebody else's.
    if (from.multicast_port) received.found = read(*message);
    return received;
  }
  if (!announcement_ || own.empty() || !is_asked(*message)) return received;
  if (answered_ && now - *answered_ < DiscoveryLimits::between_answers) return received;
  answered_ = now;
  auto reply = answer(own);
  if (!from.multicast_port) {
    // RFC 6762 §6.7: a simple resolver wants its own question back, and no cache rules.
    reply.id = message->id;
    reply.questions = message->questions;
    reply.additional.front().flush = false;
  }
  received.reply = Reply{encode(reply), !from.multicast_port};
  return received;
}

}  // namespace qnet::mdns
