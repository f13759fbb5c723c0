#include "network/mdns/discovery.hpp"

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
    : announcement_(announcement), name_(random_name(random) + "." + kService) {}

base::Bytes Discovery::query() const {
  Message message;
  message.questions.push_back({kService, kPtr, false});
  return encode(message);
}

std::optional<Question> Discovery::question_for_us(const Message& message) const {
  const auto asked = std::ranges::find_if(message.questions, [](const Question& question) {
    return question.name == kService && (question.type == kPtr || question.type == kAny);
  });
  if (asked == message.questions.end()) return std::nullopt;
  // RFC 6762 §7.1: a questioner that knows the answer already, for long enough, needs none.
  const bool known = std::ranges::any_of(message.answers, [this](const Record& record) {
    return record.name == kService && record.target == name_ && record.ttl >= DiscoveryLimits::ttl / 2;
  });
  return known ? std::nullopt : std::optional(*asked);
}

Message Discovery::answer(std::span<const Subnet> link) const {
  Message message;
  message.response = true;
  Record pointer{kService, kPtr, false, DiscoveryLimits::ttl};
  pointer.target = name_;
  Record addresses{name_, kTxt, true, DiscoveryLimits::ttl};
  for (const auto& own : link.first(std::min(link.size(), DiscoveryLimits::addresses)))
    addresses.texts.push_back(std::string(kPrefix) +
                              peer::to_multiaddr({ip4_text(own.address), announcement_->port}) + "/p2p/" +
                              announcement_->peer.to_text());
  message.answers.push_back(std::move(pointer));
  message.additional.push_back(std::move(addresses));
  return message;
}

std::optional<Reply> Discovery::reply_to(const Message& message, const Sender& from,
                                         std::span<const Subnet> link, Time now) {
  if (!announcement_) return std::nullopt;
  const auto question = question_for_us(message);
  if (!question || (answered_ && now - *answered_ < DiscoveryLimits::between_answers)) return std::nullopt;
  answered_ = now;
  auto reply = answer(link);
  if (!from.multicast_port) {
    // RFC 6762 §6.7: a simple resolver wants its own question back, and no cache rules. Other questions are
    // not repeated: names that a query compresses by pointers would be written out in full, to a source that
    // may be forged.
    reply.id = message.id;
    reply.questions = {*question};
    reply.additional.front().flush = false;
  }
  auto packet = encode(reply);
  if (packet.size() >= DiscoveryLimits::reply) return std::nullopt;
  return Reply{std::move(packet), !from.multicast_port};
}

/// Only an address in the interface's networks. Otherwise anybody here could make this machine look a name up
/// or dial a distant address.
std::optional<peer::Multiaddr> Discovery::believable(std::string_view text,
                                                     std::span<const Subnet> link) const {
  if (!text.starts_with(kPrefix)) return std::nullopt;
  auto address = peer::parse_multiaddr(text.substr(kPrefix.size()));
  if (!address || !address->peer) return std::nullopt;
  if (announcement_ && *address->peer == announcement_->peer) return std::nullopt;
  const auto host = parse_ip4(address->address.host);
  if (!host || !is_on_link(*host, link)) return std::nullopt;
  return address;
}

std::vector<Found> Discovery::read(const Message& message, std::span<const Subnet> link) const {
  std::vector<Found> all;
  const auto note = [&all](const peer::Multiaddr& address, std::chrono::seconds ttl) {
    auto found = std::ranges::find(all, *address.peer, &Found::peer);
    if (found == all.end()) found = all.insert(found, Found{*address.peer, {}, {}});
    // A goodbye of one name beside a living one is a change of names.
    if (ttl.count() == 0 || found->addresses.size() >= DiscoveryLimits::believed) return;
    found->ttl = found->addresses.empty() ? ttl : std::min(found->ttl, ttl);
    if (std::ranges::count(found->addresses, address.address) == 0)
      found->addresses.push_back(address.address);
  };
  const std::string suffix = std::string(".") + kService;
  for (const auto* const section : {&message.answers, &message.additional}) {
    for (const auto& record : *section) {
      if (record.type != kTxt || !record.name.ends_with(suffix)) continue;
      for (const auto& text : record.texts)
        if (const auto address = believable(text, link)) note(*address, std::chrono::seconds(record.ttl));
    }
  }
  return all;
}

Received Discovery::receive(base::ByteView packet, const Sender& from, std::span<const Subnet> link,
                            Time now) {
  Received received;
  // RFC 6762 §11. The port is open to everybody who reaches this machine, and many can be reached from
  // anywhere.
  if (!is_on_link(from.address, link)) return received;
  const auto message = decode(packet);
  if (!message) return received;
  if (!message->response)
    received.reply = reply_to(*message, from, link, now);
  else if (from.multicast_port)  // RFC 6762 §6: others are not mDNS
    received.found = read(*message, link);
  return received;
}

}  // namespace qnet::mdns
