import { toast } from "../a11y/announce";
import type { UserLine } from "../api/types";
import { Button } from "../design/Button";
import { away, dollars } from "../design/format";
import { Notice } from "../design/Notice";
import { Avatar } from "../identity/Avatar";
import { useSignOutUser, useUsers } from "../queries/users";

const sessions = (count: number): string => {
  if (count === 0) return "Signed out";
  return count === 1 ? "1 session" : `${count} sessions`;
};

function Row({ user }: { user: UserLine }) {
  const signOut = useSignOutUser();
  const name = user.name || user.email || user.id;
  const end = () =>
    signOut.mutate(user.id, {
      onSuccess: () => toast(`${name} was signed out everywhere`),
      onError: ({ message }) => toast(message),
    });
  return (
    <tr className="grid grid-cols-[1fr_1fr] gap-x-4 gap-y-2 border-t border-line py-3.5 wide:table-row wide:py-0">
      <th scope="row" className="col-span-2 text-left font-normal wide:py-3 wide:pr-4">
        <span className="flex items-center gap-3">
          <Avatar name={name} />
          <span className="min-w-0">
            <span className="block font-semibold">
              {name}
              {user.operator && <span className="ml-2 font-normal text-soft">operator</span>}
            </span>
            {user.email && user.email !== name && (
              <span className="block text-[0.84rem] text-soft">{user.email}</span>
            )}
          </span>
        </span>
      </th>
      <Cell name="Last seen">{away(user.seenAt)}</Cell>
      <Cell name="Sessions">{sessions(user.sessions)}</Cell>
      <Cell name="Spent today" money>
        {dollars(user.spentToday)}
      </Cell>
      <Cell name="In all" money>
        {dollars(user.spentTotal)}
      </Cell>
      <td className="col-span-2 wide:py-3 wide:pl-4 wide:text-right">
        <Button
          aria-label={`Sign out ${name}`}
          disabled={user.sessions === 0 || signOut.isPending}
          onClick={end}
        >
          Sign out
        </Button>
      </td>
    </tr>
  );
}

function Cell({ name, money, children }: { name: string; money?: boolean; children: string }) {
  return (
    <td
      className={`text-[0.87rem] tabular-nums wide:py-3 wide:pr-4 ${money ? "wide:text-right" : ""}`}
    >
      <span className="block text-[0.78rem] text-soft wide:hidden">{name}</span>
      {children}
    </td>
  );
}

const HEAD = "py-2 pr-4 font-medium";

/** Who has been here and what it came to. */
export default function UsersPage() {
  const { data: users, error } = useUsers();
  if (error) return <Notice tone="bad" icon="warn" title={error.message} />;
  if (!users) return null;
  return (
    <>
      <p className="-mt-3 max-w-[62ch] text-soft">
        Everybody who has signed in. Signing somebody out ends all their sessions at once; their
        pictures and keys stay.
      </p>
      <table className="block w-full rounded-2xl border border-line bg-sheet px-4.5 pb-1 shadow-sheet wide:table wide:border-separate wide:border-spacing-0">
        <thead className="sr-only text-[0.81rem] text-soft wide:not-sr-only wide:table-header-group">
          <tr>
            <th scope="col" className={`${HEAD} text-left`}>
              Person
            </th>
            <th scope="col" className={`${HEAD} text-left`}>
              Last seen
            </th>
            <th scope="col" className={`${HEAD} text-left`}>
              Sessions
            </th>
            <th scope="col" className={`${HEAD} text-right`}>
              Spent today
            </th>
            <th scope="col" className={`${HEAD} text-right`}>
              In all
            </th>
            <th scope="col">
              <span className="sr-only">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody className="block wide:table-row-group">
          {users.map((user) => (
            <Row key={user.id} user={user} />
          ))}
        </tbody>
      </table>
    </>
  );
}
