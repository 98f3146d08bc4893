# The SSH server of a machine: found, installed, started, proved to listen.
# Only definitions: this file is put in front of the preparation.

$script:SshCapability = 'OpenSSH.Server~~~~0.0.1.0'
# Set while sshd runs with an older configuration than its file.
$script:SshdChanged = 'SshdChanged'
$script:SshDataDirectory = Join-Path -Path $env:ProgramData -ChildPath 'ssh'

function Test-SshService {
    <#
    .SYNOPSIS
    Whether Windows knows the service sshd. Windows Server 2025 brings it, switched off.
    #>
    param()
    return $null -ne (Get-Service -Name 'sshd' -ErrorAction SilentlyContinue)
}

function Install-SshCapability {
    <#
    .SYNOPSIS
    Adds Windows' own capability, in a job, because the download has no limit of its own. Returns what went wrong, or an
    empty text.
    #>
    param()
    $job = Start-Job -ArgumentList $script:SshCapability -ScriptBlock {
        param($Name)
        Add-WindowsCapability -Online -Name $Name -ErrorAction Stop
    }
    try {
        if ($null -eq (Wait-Job -Job $job -Timeout 1200)) {
            return 'it did not end within 20 minutes'
        }
        $result = Receive-Job -Job $job -ErrorAction Stop
        if ($null -ne $result -and $result.RestartNeeded) {
            Set-RebootPending
        }
        if (-not (Test-SshService)) {
            return 'it was added, but there is no service sshd'
        }
        return ''
    }
    catch {
        return $_.Exception.Message
    }
    finally {
        Remove-Job -Job $job -Force
    }
}

function Install-SshMsi {
    <#
    .SYNOPSIS
    Downloads the given package and installs it. Only a package with a valid signature runs as LocalSystem.
    #>
    param([Parameter(Mandatory = $true)][string]$Address, [Parameter(Mandatory = $true)][string]$Directory)
    $file = Join-Path -Path $Directory -ChildPath 'openssh.msi'
    try {
        Invoke-WebRequest -Uri $Address -OutFile $file -UseBasicParsing -TimeoutSec 300
        if ('Valid' -ne [string](Get-AuthenticodeSignature -FilePath $file).Status) {
            throw (New-PeerFailure -Code 'OpenSshUnavailable' -Message 'The package of the SSH server has no valid signature.' -Hint 'Give the address of a signed package in openSshMsi.')
        }
        $process = Start-Process -FilePath (Join-Path -Path $env:windir -ChildPath 'System32\msiexec.exe') -ArgumentList @('/i', ('"{0}"' -f $file), '/qn', '/norestart') -PassThru
        # Without its handle a process that has ended does not tell its exit code.
        $null = $process.Handle
        if (-not $process.WaitForExit(600000)) {
            $null = $process.Kill()
            throw (New-PeerFailure -Code 'OpenSshUnavailable' -Message 'The package of the SSH server did not install itself within 10 minutes.' -Hint 'Install it by hand on the machine with a log (msiexec /i ... /l*v) and read that.')
        }
        # 3010: installed, a restart is needed.
        if (@(0, 3010) -notcontains $process.ExitCode) {
            throw (New-PeerFailure -Code 'OpenSshUnavailable' -Message ('The package of the SSH server ended with {0}.' -f $process.ExitCode) -Hint 'Look the number up among the error codes of Windows Installer.')
        }
        if (3010 -eq $process.ExitCode) {
            Set-RebootPending
        }
    }
    catch [System.Net.WebException] {
        throw (New-PeerFailure -Code 'OpenSshUnavailable' -Message ('The package of the SSH server cannot be fetched: {0}' -f $_.Exception.Status) -Hint 'Check the address in openSshMsi and the outbound connections of the machine.')
    }
    finally {
        Remove-Item -LiteralPath $file -Force -ErrorAction SilentlyContinue
    }
}

function Install-SshServer {
    <#
    .SYNOPSIS
    Makes sure that there is an SSH server; returns where it came from: present, capability or msi.
    #>
    param([AllowNull()][string]$MsiAddress, [Parameter(Mandatory = $true)][string]$Directory)
    if (Test-SshService) {
        return 'present'
    }
    $problem = Install-SshCapability
    if (-not $problem) {
        return 'capability'
    }
    if (-not $MsiAddress) {
        throw (New-PeerFailure -Code 'OpenSshUnavailable' -Message ('Windows cannot add its SSH server: {0}.' -f $problem) -Hint 'Give the machine a way out to Windows Update, an image with an SSH server, or a package in openSshMsi.')
    }
    Install-SshMsi -Address $MsiAddress -Directory $Directory
    if (-not (Test-SshService)) {
        throw (New-PeerFailure -Code 'OpenSshUnavailable' -Message 'The package was installed, but there is no service sshd.' -Hint 'Give a package of the SSH server in openSshMsi.')
    }
    return 'msi'
}

function Get-SshdProgram {
    <#
    .SYNOPSIS
    The path of sshd.exe, from the service.
    #>
    param()
    $service = Get-CimInstance -ClassName Win32_Service -Filter "Name='sshd'" -ErrorAction Stop
    if ($service.PathName -match '^"([^"]+)"') {
        return $Matches[1]
    }
    return ($service.PathName -replace '(?i)(sshd\.exe).*$', '$1')
}

function Get-SshdOption {
    <#
    .SYNOPSIS
    The settings that sshd would use for a logon of the lab user: lines of small keys and values.
    #>
    param([Parameter(Mandatory = $true)][string]$User)
    # With Stop, Windows PowerShell turns a line on a program's standard error into an exception.
    $ErrorActionPreference = 'Continue'
    $program = Get-SshdProgram
    $lines = @(& $program -T -C ('user={0},host=localhost,addr=127.0.0.1' -f $User.ToLowerInvariant()) 2>$null)
    if (0 -ne $LASTEXITCODE) {
        # What it printed before it failed is no answer.
        return
    }
    return $lines
}

function Set-SshdOption {
    <#
    .SYNOPSIS
    Makes password logon and SFTP effective where the image's configuration turns them off; writes the phrases of changes.
    .DESCRIPTION
    Identities live under the user's password, and the guest files come over SFTP. The first value of an option counts, so
    the line goes to the top of the file, before any Match block.
    #>
    param([Parameter(Mandatory = $true)][string]$User)
    $file = Join-Path -Path $script:SshDataDirectory -ChildPath 'sshd_config'
    $options = @(Get-SshdOption -User $User)
    if ($options.Count -eq 0) {
        # This sshd cannot tell; the first logon will.
        return
    }
    $added = @()
    if ($options -cnotcontains 'passwordauthentication yes') {
        $added += 'PasswordAuthentication yes'
    }
    if (@($options | Where-Object -FilterScript { $_ -cmatch '^subsystem sftp ' }).Count -eq 0) {
        $added += 'Subsystem sftp sftp-server.exe'
    }
    if ($added.Count -eq 0) {
        return
    }
    Set-VolatileMark -Name $script:SshdChanged
    $text = [System.IO.File]::ReadAllText($file)
    # Beside it and then in its place, with the rights it has: half a file would leave no way in.
    $unfinished = $file + '.unfinished'
    [System.IO.File]::WriteAllText($unfinished, (($added -join "`r`n") + "`r`n" + $text))
    $null = [System.IO.File]::Replace($unfinished, $file, [NullString]::Value)
    $added | ForEach-Object -Process { 'sshd_config: {0}' -f $_ }
    $effective = @(Get-SshdOption -User $User)
    if ($effective -cnotcontains 'passwordauthentication yes') {
        throw (New-PeerFailure -Code 'OpenSshUnavailable' -Message 'sshd_config forbids logon by password to the lab user.' -Hint 'Take the Match block out that forbids it.')
    }
}

function Start-SshServer {
    <#
    .SYNOPSIS
    Starts sshd now and with the machine; writes the phrases of changes. Its default shell is left as it is.
    #>
    param()
    $service = Get-Service -Name 'sshd'
    if ('Automatic' -ne [string]$service.StartType) {
        Set-Service -Name 'sshd' -StartupType Automatic
        'service sshd automatic'
    }
    if ('Running' -ne [string]$service.Status) {
        if (-not (Start-BoundedService -Name 'sshd')) {
            throw (New-PeerFailure -Code 'OpenSshNotListening' -Message 'The service sshd does not start.' -Hint 'Read the log OpenSSH/Operational of the machine, and run sshd -t in an elevated prompt.')
        }
        'service sshd started'
    }
}

function Restart-ChangedSshServer {
    <#
    .SYNOPSIS
    Restarts sshd where its configuration was changed since it started, by this preparation or by one that was interrupted
    before the restart; writes the phrase. Sessions that are open stay open.
    #>
    param()
    if (-not (Test-VolatileMark -Name $script:SshdChanged)) {
        return
    }
    $null = (Get-Service -Name 'sshd').Stop()
    if (-not (Wait-ServiceStatus -Name 'sshd' -Status Stopped) -or -not (Start-BoundedService -Name 'sshd')) {
        throw (New-PeerFailure -Code 'OpenSshNotListening' -Message 'The service sshd does not restart.' -Hint 'Read the log OpenSSH/Operational of the machine, and run sshd -t in an elevated prompt.')
    }
    Clear-VolatileMark -Name $script:SshdChanged
    'service sshd restarted'
}

function Wait-SshServer {
    <#
    .SYNOPSIS
    Waits until the server greets on TCP 22, at most a minute.
    #>
    param()
    $end = [DateTime]::UtcNow.AddSeconds(60)
    while ([DateTime]::UtcNow -lt $end) {
        $client = New-Object -TypeName System.Net.Sockets.TcpClient
        try {
            $client.ReceiveTimeout = 5000
            $client.Connect('127.0.0.1', 22)
            $reader = New-Object -TypeName System.IO.StreamReader -ArgumentList $client.GetStream()
            if ([string]$reader.ReadLine() -match '^SSH-') {
                return
            }
        }
        catch {
            Write-Verbose -Message 'sshd does not answer yet.'
        }
        finally {
            $client.Close()
        }
        Start-Sleep -Milliseconds 500
    }
    throw (New-PeerFailure -Code 'OpenSshNotListening' -Message 'sshd did not answer on TCP 22 within a minute.' -Hint 'Read the log OpenSSH/Operational of the machine.')
}

function Get-SshHostKey {
    <#
    .SYNOPSIS
    The server's public ed25519 host key as an authorized_keys line without comment.
    #>
    param()
    $file = Join-Path -Path $script:SshDataDirectory -ChildPath 'ssh_host_ed25519_key.pub'
    if (-not (Test-Path -LiteralPath $file)) {
        throw (New-PeerFailure -Code 'OpenSshUnavailable' -Message 'The SSH server has no ed25519 host key.' -Hint 'Run ssh-keygen -A in an elevated prompt of the machine and restart sshd.')
    }
    $parts = ([System.IO.File]::ReadAllText($file)).Trim() -split '\s+'
    return '{0} {1}' -f $parts[0], $parts[1]
}
