#include "protocol/dns/lookup.hpp"

#include <ares.h>
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <utility>

#include <boost/asio/post.hpp>

namespace qnet::dns {

namespace asio = boost::asio;

namespace {

// Of each family. A name with more is cut: what is left out is never connected to.
constexpr int kMaxAddresses = 16;

bool library_ready() {
  static const bool ready = ares_library_init(ARES_LIB_INIT_ALL) == ARES_SUCCESS;
  return ready;
}

std::string to_csv(const Lookup::NameServers& servers) {
  std::string csv;
  for (const auto& server : servers) {
    const auto address = server.address().to_string();
    if (!csv.empty()) csv += ',';
    csv += server.address().is_v6() ? '[' + address + ']' : address;
    csv += ':' + std::to_string(server.port());
  }
  return csv;
}

Errc error_of(int status) {
  switch (status) {
    case ARES_ENODATA:
    case ARES_ENOTFOUND: return Errc::name_not_found;
    case ARES_ETIMEOUT: return Errc::timeout;
    default: return Errc::name_service_failed;
  }
}

template <class Record>
void add_record(const Record& record, base::ByteView bytes, std::vector<ip::IpAddress>& addresses,
                std::chrono::seconds& ttl) {
  const auto lifetime = std::chrono::seconds(std::max(record.ttl, 0));
  ttl = addresses.empty() ? lifetime : std::min(ttl, lifetime);
  addresses.push_back(ip::IpAddress::from_bytes(bytes).value());
}

int parse_v4(const unsigned char* answer, int size, std::vector<ip::IpAddress>& addresses,
             std::chrono::seconds& ttl) {
  std::array<ares_addrttl, kMaxAddresses> records{};
  int count = kMaxAddresses;
  const int status = ares_parse_a_reply(answer, size, nullptr, records.data(), &count);
  if (status != ARES_SUCCESS) return status;
  for (const auto& record : std::span(records).first(static_cast<std::size_t>(count)))
    add_record(record, {reinterpret_cast<const std::uint8_t*>(&record.ipaddr), sizeof record.ipaddr},
               addresses, ttl);
  return addresses.empty() ? ARES_ENODATA : status;
}

int parse_v6(const unsigned char* answer, int size, std::vector<ip::IpAddress>& addresses,
             std::chrono::seconds& ttl) {
  std::array<ares_addr6ttl, kMaxAddresses> records{};
  int count = kMaxAddresses;
  const int status = ares_parse_aaaa_reply(answer, size, nullptr, records.data(), &count);
  if (status != ARES_SUCCESS) return status;
  for (const auto& record : std::span(records).first(static_cast<std::size_t>(count)))
    add_record(record, record.ip6addr._S6_un._S6_u8, addresses, ttl);
  return addresses.empty() ? ARES_ENODATA : status;
}

/// Those of the system, as the channel has read them.
Lookup::NameServers servers_of(ares_channel channel) {
  constexpr std::uint16_t kDns = 53;
  ares_addr_port_node* first = nullptr;
  if (ares_get_servers_ports(channel, &first) != ARES_SUCCESS) return {};
  const std::unique_ptr<ares_addr_port_node, void (*)(void*)> list(first, ares_free_data);
  Lookup::NameServers servers;
  for (const auto* one = first; one != nullptr; one = one->next) {
    const auto port = static_cast<std::uint16_t>(one->udp_port == 0 ? kDns : one->udp_port);
    if (one->family == AF_INET) {
      servers.emplace_back(asio::ip::address_v4(ntohl(one->addr.addr4.s_addr)), port);
    } else {
      asio::ip::address_v6::bytes_type bytes;
      std::memcpy(bytes.data(), &one->addr.addr6, bytes.size());
      servers.emplace_back(asio::ip::address_v6(bytes), port);
    }
  }
  return servers;
}

}  // namespace

void Lookup::CloseChannel::operator()(ares_channeldata* channel) const { ares_destroy(channel); }

std::shared_ptr<Lookup> Lookup::start(const asio::any_io_executor& executor, const std::string& name,
                                      const NameServers& servers, const Sources& from, const Timing& timing,
                                      Done done) {
  const std::shared_ptr<Lookup> lookup(new Lookup(executor, timing, std::move(done)));
  if (lookup->open_channel(servers, from)) {
    lookup->arm_deadline(timing.deadline);
    lookup->ask(name);
  } else {
    lookup->v4_.error = lookup->v6_.error = Errc::name_service_failed;
    lookup->complete();
  }
  return lookup;
}

Lookup::Lookup(const asio::any_io_executor& executor, const Timing& timing, Done done)
    : executor_(executor),
      timing_(timing),
      done_(std::move(done)),
      retry_timer_(executor),
      deadline_timer_(executor),
      v4_{this, ns_t_a},
      v6_{this, ns_t_aaaa} {}

Lookup::~Lookup() { ended_ = true; }

bool Lookup::open_channel(const NameServers& servers, const Sources& from) {
  // No hosts file and no search list: both would lead strangers to names of the operator's own network.
  std::array<char, 2> lookups{'b', '\0'};
  ares_options options{};
  options.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES | ARES_FLAG_EDNS;
  options.timeout = static_cast<int>(timing_.first_try.count());
  options.tries = timing_.tries;
  options.lookups = lookups.data();
  options.sock_state_cb_data = this;
  options.sock_state_cb = [](void* self, ares_socket_t socket, int read, int write) {
    static_cast<Lookup*>(self)->watch(socket, read != 0, write != 0);
  };
  ares_channel channel = nullptr;
  const int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_LOOKUPS |
                   ARES_OPT_DOMAINS | ARES_OPT_SOCK_STATE_CB;
  if (!library_ready() || ares_init_options(&channel, &options, mask) != ARES_SUCCESS) return false;
  channel_.reset(channel);
  if (from.v4 || from.v6) return bind_channel(servers, from);
  return servers.empty() || ares_set_servers_ports_csv(channel, to_csv(servers).c_str()) == ARES_SUCCESS;
}

/// Name servers of a family that has no source are not asked: they would see an address that nobody chose.
bool Lookup::bind_channel(const NameServers& servers, const Sources& from) {
  if (from.v4) ares_set_local_ip4(channel_.get(), from.v4->to_uint());
  if (from.v6) ares_set_local_ip6(channel_.get(), from.v6->to_bytes().data());
  auto asked = servers.empty() ? servers_of(channel_.get()) : servers;
  std::erase_if(asked, [&](const auto& server) {
    return server.address().is_v4() ? !from.v4.has_value() : !from.v6.has_value();
  });
  return !asked.empty() && ares_set_servers_ports_csv(channel_.get(), to_csv(asked).c_str()) == ARES_SUCCESS;
}

void Lookup::ask(const std::string& name) {
  const auto answered = [](void* question, int status, int, unsigned char* answer, int size) {
    auto& asked = *static_cast<Question*>(question);
    asked.owner->take_answer(asked, status, answer, size);
  };
  for (auto* question : {&v4_, &v6_})
    ares_query(channel_.get(), name.c_str(), ns_c_in, question->type, answered, question);
  arm_retry_timer();
}

// Runs inside c-ares, so that it must not close the channel.
void Lookup::take_answer(Question& question, int status, const unsigned char* answer, int size) {
  if (ended_) return;
  if (status == ARES_SUCCESS)
    status = (question.type == ns_t_a ? parse_v4 : parse_v6)(answer, size, question.addresses, question.ttl);
  question.answered = true;
  question.error = error_of(status);
  if (v4_.answered && v6_.answered)
    complete();
  else if (!v4_.addresses.empty())
    arm_deadline(timing_.v6_wait);
}

void Lookup::watch(int socket, bool read, bool write) {
  const auto found = watches_.find(socket);
  if (!read && !write) {
    if (found == watches_.end()) return;
    found->second->want_read = found->second->want_write = false;
    found->second->descriptor.release();
    watches_.erase(found);
    return;
  }
  auto watch = found == watches_.end() ? nullptr : found->second;
  if (!watch) {
    watch = std::make_shared<Watch>(Watch{asio::posix::stream_descriptor(executor_)});
    boost::system::error_code error;
    watch->descriptor.assign(socket, error);
    if (error) return;  // unwatched, the question runs into its time limit
    watches_.emplace(socket, watch);
  }
  watch->want_read = read;
  watch->want_write = write;
  wait(watch);
}

void Lookup::wait(const std::shared_ptr<Watch>& watch) {
  const int socket = watch->descriptor.native_handle();
  if (watch->want_read && !watch->reading) {
    watch->reading = true;
    watch->descriptor.async_wait(
        asio::posix::stream_descriptor::wait_read,
        [self = shared_from_this(), watch, socket](const boost::system::error_code& error) {
          watch->reading = false;
          if (error || self->ended_ || !watch->want_read) return;
          self->process(socket, ARES_SOCKET_BAD);
          self->wait(watch);
        });
  }
  if (watch->want_write && !watch->writing) {
    watch->writing = true;
    watch->descriptor.async_wait(
        asio::posix::stream_descriptor::wait_write,
        [self = shared_from_this(), watch, socket](const boost::system::error_code& error) {
          watch->writing = false;
          if (error || self->ended_ || !watch->want_write) return;
          self->process(ARES_SOCKET_BAD, socket);
          self->wait(watch);
        });
  }
}

void Lookup::process(int readable, int writable) {
  ares_process_fd(channel_.get(), readable, writable);
  arm_retry_timer();
}

void Lookup::arm_retry_timer() {
  timeval next{};
  if (ended_ || ares_timeout(channel_.get(), nullptr, &next) == nullptr) return;
  // A moment later than c-ares says, for it compares in whole milliseconds.
  retry_timer_.expires_after(std::chrono::seconds(next.tv_sec) + std::chrono::microseconds(next.tv_usec) +
                             std::chrono::milliseconds(1));
  retry_timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
    if (!error && !self->ended_) self->process(ARES_SOCKET_BAD, ARES_SOCKET_BAD);
  });
}

void Lookup::arm_deadline(std::chrono::milliseconds after) {
  deadline_timer_.expires_after(after);
  deadline_timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
    if (!error && !self->ended_) self->complete();
  });
}

void Lookup::complete() {
  ended_ = true;
  retry_timer_.cancel();
  deadline_timer_.cancel();
  asio::post(executor_, [self = shared_from_this()] {
    self->channel_.reset();
    if (self->done_) std::exchange(self->done_, nullptr)(self->result());
  });
}

void Lookup::cancel() {
  ended_ = true;
  done_ = nullptr;
  retry_timer_.cancel();
  deadline_timer_.cancel();
  channel_.reset();
}

base::Result<Answer> Lookup::result() const {
  if (v4_.addresses.empty() && v6_.addresses.empty()) {
    for (const auto error : {Errc::timeout, Errc::name_service_failed}) {
      if (v4_.error == error || v6_.error == error) return base::fail(error);
    }
    return base::fail(Errc::name_not_found);
  }
  Answer answer{v4_.addresses, v4_.ttl};
  answer.addresses.insert(answer.addresses.end(), v6_.addresses.begin(), v6_.addresses.end());
  if (v4_.addresses.empty())
    answer.ttl = v6_.ttl;
  else if (!v6_.addresses.empty())
    answer.ttl = std::min(v4_.ttl, v6_.ttl);
  return answer;
}

}  // namespace qnet::dns
