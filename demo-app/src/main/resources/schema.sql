create table seat (
  name varchar(4) primary key,
  row_name char(1) not null,
  number int not null
);

-- No unique constraint on the seat, on purpose: the demo's lock is all that keeps two buyers apart.
create table sale (
  id bigint generated always as identity primary key,
  seat varchar(4) not null references seat (name),
  customer varchar(200) not null
);

-- A1 ... A10, B1 ... J10
insert into seat (name, row_name, number)
select r.name || n.x, r.name, n.x
from system_range(1, 10) n,
  (select char(64 + x) as name from system_range(1, 10)) r;
