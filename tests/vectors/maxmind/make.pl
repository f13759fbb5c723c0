#!/usr/bin/perl
# Makes documentation-networks.mmdb (Debian: libmaxmind-db-writer-perl). Only networks that RFC 5737 and RFC 3849 reserve for
# documentation are in it, with countries made up for tests.
use strict;
use warnings;
use MaxMind::DB::Writer::Tree;

my $tree = MaxMind::DB::Writer::Tree->new(
    ip_version => 6, record_size => 24, database_type => 'QNet-Test-Country', languages => ['en'],
    description => { en => 'Documentation networks, for tests' }, remove_reserved_networks => 0,
    map_key_type_callback => sub { $_[0] eq 'country' ? 'map' : 'utf8_string' },
);
my %networks = ('192.0.2.0/24' => 'SE', '198.51.100.0/24' => 'DE', '2001:db8:1::/48' => 'JP');
$tree->insert_network($_, { country => { iso_code => $networks{$_} } }) for sort keys %networks;
open my $file, '>:raw', 'documentation-networks.mmdb' or die $!;
$tree->write_tree($file);
