/**
 * A room usually opens within a second: the page first checks this often, with this pause in milliseconds.
 */
export const QUICK = { looks: 10, pause: 300 };
/** After half a minute of checks, the page says that it takes longer, and enables the button again. */
const LATE = 24;

/**
 * The only script of the pages. It shows times in the visitor's zone, sends the knock without leaving the
 * page, and checks whether the room is open: quickly at first, then every two seconds, less often after a
 * while, and not while the page is hidden. Without the script, the button and a link do the same.
 */
export const script = `
for(const t of document.querySelectorAll('time'))t.textContent=new Intl.DateTimeFormat(document.documentElement.lang,{dateStyle:'medium',timeStyle:'short'}).format(new Date(t.dateTime))+' ('+t.textContent+')';
const form=document.getElementById('knock');
if(form){
const status=document.getElementById('status'),button=form.querySelector('button'),say=(text)=>{if(status.textContent!==text)status.textContent=text};
const ask=async(method)=>{
const answer=await fetch(location.pathname,{method,headers:{accept:'application/json'},cache:'no-store'});
if(answer.status===429||answer.status>=500)throw answer.status;
return answer.json();
};
let looks=0,timer;
const look=async()=>{
clearTimeout(timer);
if(!document.hidden){
looks+=1;
try{
const {state,url}=await ask('GET');
if(state==='live'&&/^https:/.test(url)){location.replace(location.pathname);return}
if(state!=='opening'&&state!=='on-demand'){location.reload();return}
if(looks>${LATE}){say(form.dataset.late);button.disabled=false}
}catch{say(form.dataset.offline);button.disabled=false}
}
timer=setTimeout(look,looks<${QUICK.looks}?${QUICK.pause}:looks<60?2000:10000);
};
const knock=async(event)=>{
event.preventDefault();
clearTimeout(timer);button.disabled=true;looks=0;say(form.dataset.opening);
try{await ask('POST')}catch{say(form.dataset.offline);button.disabled=false}
timer=setTimeout(look,${QUICK.pause});
};
form.addEventListener('submit',knock);
document.addEventListener('visibilitychange',()=>{if(!document.hidden&&timer)look()});
if('waits' in form.dataset)look();
}
`.trim();
